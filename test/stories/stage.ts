import { existsSync, readFileSync } from 'node:fs'
import type { Era, Program } from '../support/program.ts'

/** Claude Desktop on Windows, or Claude Code in WSL. */
export type Player = 'claude-desktop' | 'claude-code'

/** A command that a person typed. */
export interface Typed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  // biome-ignore lint/suspicious/noExplicitAny: each expectation says what it must be
  readonly json: any
}

/** A machine with two sides, set up by `init`, on which a story is played. */
export interface Stage {
  /** The config files of both programs, as this machine opens them. */
  readonly configs: Readonly<Record<Player, string>>
  /** The file in which the shared search counts its calls, likewise. */
  readonly log: string
  /** A program's bridge, started as the program starts it, by the entry in its config. */
  open(player: Player, era: Era): Promise<Program>
  typeInWsl(words: readonly string[]): Promise<Typed>
  typeOnWindows(words: readonly string[]): Promise<Typed>
  /** Processes of this stage that still run. */
  leftovers(): Promise<readonly unknown[]>
}

/** The MCP server that both programs share: it counts its calls in a file. Paths as home spells them. */
export const searchServer = (node: string, script: string, log: string) => ({ command: node, args: [script, log], share: true })

/** What that server wrote: a line for each of its starts and calls. */
export function searchesIn(log: string): { readonly started: number; readonly asked: readonly unknown[] } {
  const lines: { started?: boolean; args?: unknown }[] = existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []
  return { started: lines.filter(({ started }) => started).length, asked: lines.flatMap(({ args }) => (args === undefined ? [] : [args])) }
}
