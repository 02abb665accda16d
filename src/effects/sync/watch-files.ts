import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { loadFormats } from '../../core/formats/index.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import { escapeFrom } from '../store/inside.ts'

/** A file that `--watch` looks at. */
export interface WatchTarget {
  readonly here: ReachablePath
  /** Null: one of our own, or of an extension. */
  readonly client: ClientDefinition | null
  /** True on this side, where the system reports changes. */
  readonly isLocal: boolean
  /** Of a project's file: the real path of the project's root. */
  readonly within?: ReachablePath
}

/** What a file was like when it was last looked at. */
export interface Snapshot {
  /** Identity, time and size: while these stay the same, the file is not read. */
  readonly facts: string
  readonly digest: string
  /** Digest of its servers. A program may rewrite the rest all day long (Claude Code does) without anything to do for us. */
  readonly servers: string
}

const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Returns a digest of the servers in a client's file; of all its bytes where they cannot be read as servers. */
export function serversIn(client: ClientDefinition, bytes: Uint8Array | null): string {
  const read = readClientFile(client, bytes)
  if (!read.ok) return `unreadable ${bytes === null ? '' : digestOf(bytes)}`
  if (read.document.container === 'absent') return 'none'
  try {
    return digestOf(JSON.stringify(read.document.entries().map(({ name, value }) => [name, value])))
  } catch (error) {
    // Nested too deep to be stringified.
    if (!(error instanceof RangeError)) throw error
    return digestOf(bytes ?? '')
  }
}

async function factsOf(system: System, here: ReachablePath): Promise<string> {
  try {
    const facts = await system.files.look(here, 'follow')
    return facts === null ? 'absent' : `${facts.identity} ${facts.size}`
  } catch (error) {
    // The other side is not there at the moment; the next look may find it.
    if (error instanceof Error && 'code' in error) return `trouble ${String(error.code)}`
    throw error
  }
}

/** Returns the file's snapshot; reads it only where its facts differ from the snapshot before. */
export async function takeSnapshot(system: System, { here, client, within }: WatchTarget, before: Snapshot | undefined): Promise<Snapshot> {
  const facts = await factsOf(system, here)
  if (before !== undefined && facts === before.facts) return before
  if (facts.startsWith('trouble')) return { facts, digest: before?.digest ?? '', servers: before?.servers ?? '' }
  let bytes: Uint8Array | null = null
  try {
    // It became a link since: a round will report that without reading it.
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

/**
 * Wakes the watcher when the system reports a change in a folder of this side. Across the border nothing is reported
 * (microsoft/WSL#4739), and a folder may be beyond the system's limit of watches, so files are looked at by the clock too.
 */
export class FileEvents {
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #names = new Map<string, Set<string>>()
  #wake: () => void = () => undefined
  #isPending = false

  /** Follows these files from now on, and no others. */
  follow(files: readonly ReachablePath[]): void {
    this.#names.clear()
    for (const file of files) {
      const names = this.#names.get(dirname(file)) ?? new Set()
      this.#names.set(dirname(file), names.add(basename(file)))
    }
    for (const folder of this.#watchers.keys()) if (!this.#names.has(folder)) this.#stop(folder)
    for (const folder of this.#names.keys()) if (!this.#watchers.has(folder)) this.#start(folder)
  }

  #start(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_kind, name) => {
        if (name !== null && !this.#names.get(folder)?.has(name)) return
        this.#isPending = true
        this.#wake()
      })
      // The watch ends with its folder; the next `follow` starts another.
      watcher.on('error', () => this.#stop(folder))
      this.#watchers.set(folder, watcher)
    } catch (error) {
      // No such folder yet, or no watches left (ENOSPC).
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  #stop(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  /** Waits for a change, at most `ms`, and no longer than `signal` allows. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isPending) {
      const early = new AbortController()
      this.#wake = () => early.abort()
      const end = () => early.abort()
      signal.addEventListener('abort', end, { once: true })
      if (!signal.aborted) await pause(ms, early.signal)
      signal.removeEventListener('abort', end)
      this.#wake = () => undefined
    }
    this.#isPending = false
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#stop(folder)
  }
}
