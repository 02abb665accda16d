import { createHash } from 'node:crypto'
import { loadFormats } from '../../core/formats/index.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom } from '../store/inside.ts'

/** One file that is watched. */
export interface Watched {
  readonly here: ReachablePath
  /** Null: one of our own. */
  readonly client: ClientDefinition | null
  /** It lies on this side, whose system tells of changes. */
  readonly isNear: boolean
  /** Of a project's file: the real path of the project's root. */
  readonly within?: ReachablePath
}

/** What was seen of a file the last time. */
export interface Seen {
  /** Identity, time and size: while these stay, nobody looks inside. */
  readonly facts: string
  readonly digest: string
  /** What it says of servers. A program may rewrite the rest all day long (Claude Code does) without anything to do for us. */
  readonly servers: string
}

const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** What a client's file says of servers, as one text; a file that cannot be read stands for itself. */
export function serversIn(client: ClientDefinition, bytes: Uint8Array | null): string {
  const read = readClientFile(client, bytes)
  if (!read.ok) return `unreadable ${bytes === null ? '' : digestOf(bytes)}`
  if (read.document.container === 'absent') return 'none'
  try {
    return digestOf(JSON.stringify(read.document.entries().map(({ name, value }) => [name, value])))
  } catch (error) {
    // Nested deeper than can be written again: the whole file has to do.
    if (!(error instanceof RangeError)) throw error
    return digestOf(bytes ?? '')
  }
}

async function factsOf(system: System, here: ReachablePath): Promise<string> {
  try {
    const facts = await system.files.look(here, 'follow')
    return facts === null ? 'absent' : `${facts.identity} ${facts.size}`
  } catch (error) {
    // The other side is not there just now: what it has is not known, and the next look may find it.
    if (error instanceof Error && 'code' in error) return `trouble ${String(error.code)}`
    throw error
  }
}

/** Looks at a file, and into it only when it is another one than before. */
export async function glance(system: System, { here, client, within }: Watched, before: Seen | undefined): Promise<Seen> {
  const facts = await factsOf(system, here)
  if (before !== undefined && facts === before.facts) return before
  if (facts.startsWith('trouble')) return { facts, digest: before?.digest ?? '', servers: before?.servers ?? '' }
  let bytes: Uint8Array | null = null
  try {
    // It became a link since: a round will say so, without reading it.
    if (within !== undefined && (await escapeFrom(system, within, here)) !== null) return { facts, digest: facts, servers: facts }
    bytes = await system.files.read(here)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { facts, digest: facts, servers: facts }
  }
  const digest = bytes === null ? '' : digestOf(bytes)
  if (digest === before?.digest) return { ...before, facts }
  if (client === null) return { facts, digest, servers: digest }
  await loadFormats([client])
  return { facts, digest, servers: serversIn(client, bytes) }
}
