import type { RunInside } from '../context.ts'
import type { System } from '../model/system.ts'
import type { Means } from './doing.ts'
import type { WatchedSides } from './watching.ts'

/** What the page of one `mcp-twin ui` stands on. */
export interface WindowPlan extends Pick<Means, 'look' | 'terminal' | 'isReadOnly' | 'audit' | 'running'> {
  readonly system: System
  readonly port: number
  readonly idleMs: number
  readonly isWsl: boolean
  /** The folder of the built page. */
  readonly page: string
  readonly run: RunInside
  /** What the page says of itself, and the words for what it shows. */
  readonly about: About
  /** Files that the page shows. */
  watched(): Promise<WatchedSides>
  /** A ticket came a second time, or too late. */
  onRefused(why: 'used' | 'late'): void
  onEntered(): void
  /** Somebody was cut off since nothing tells who it is. */
  onUnknown(why: unknown): void
}

interface About {
  readonly version: string
  /** How this program is typed here. */
  readonly typed: string
  /** The manifest that it is about, where that is a project's. */
  readonly title: string
  /** Sides and programs by their ids. */
  readonly environments: Readonly<Record<string, string>>
  readonly clients: Readonly<Record<string, string>>
  /** Programs that only repeat another one's entries, in a file of its own. */
  readonly copies: Readonly<Record<string, string>>
  /** Servers that are added by their names alone. */
  readonly builtins: readonly { readonly name: string; readonly description: string }[]
}
