import { join } from 'node:path'
import { noManifest } from '../../errors.ts'
import { quoted } from '../../core/doctor/names.ts'
import type { Restrictions } from '../../core/manifest/restrictions.ts'
import { vetManifest } from '../../effects/store/vet.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Where a bridge's manifest is, and who may be believed. */
export interface ManifestOrigin {
  readonly system: System
  /** Home's folder as this process opens it. */
  readonly folder: ReachablePath
  readonly manifest: ReachablePath
  /** A person named this one, so that there must be one: it may lie on a disk that is gone. */
  readonly isNamed?: boolean
  /** Why nothing in the folder is obeyed; absent or null: it is. */
  readonly refused?: string | null
  readonly clientIds: readonly string[]
}

/** The manifest that a bridge starts with. */
export interface OwnManifest {
  readonly manifest: Manifest
  readonly problems: string[]
  /** Absent where the manifest could be read, or there is none. */
  readonly unreadable?: {
    /** Sentences: what is wrong, what the bridge does therefore, and the command that shows it. */
    readonly words: string
    /** What it closes all the same. */
    readonly kept: Restrictions
  }
}

const emptyManifest: Manifest = { version: 1, servers: {} }
const nothingKept: Restrictions = { deny: [], families: null, namespace: null }

/**
 * Reads the manifest. A bridge starts in any case, since a client waits for it: without a manifest with defaults, and with one that is
 * there, or was named, and cannot be read as closed as any manifest can make it, since nobody knows what this one closes. `then`: what follows the repair.
 */
export async function readOwnManifest(
  origin: ManifestOrigin,
  self: Environment,
  then = 'and then restart this program',
): Promise<OwnManifest> {
  const { why, bytes, ...own } = await read(origin, self)
  if (why === undefined) return own
  const other = origin.refused == null && origin.isNamed === true ? `--manifest ${quoted(origin.manifest)}` : '--user'
  const words = `${why}. So this bridge only reads, in its own workspace alone, without commands, shared servers and plugins. A person can see what to fix with: mcp-twin doctor ${other} ${then}.`
  const kept = bytes == null ? nothingKept : (await import('../../core/manifest/restrictions.ts')).restrictionsIn(bytes)
  return { manifest: emptyManifest, problems: [words], unreadable: { words, kept } }
}

/** `why`: why it cannot be read; absent: it was, or there is none. */
type Read = OwnManifest & { readonly why?: string; readonly bytes?: Uint8Array | null }

async function read(origin: ManifestOrigin, self: Environment): Promise<Read> {
  const { system, manifest: path, refused = null, clientIds } = origin
  if (refused !== null) return unreadable(`Nothing in our own folder is obeyed, since others could decide what it says: ${refused}`, null)
  let bytes: Uint8Array | null = null
  try {
    bytes = await system.files.read(path)
    if (bytes === null) {
      if ((await system.files.look(path)) !== null) return unreadable(`${path} leads to no file`, null)
      if (origin.isNamed === true) return unreadable(`There is no manifest at ${path}, which was named`, null)
      const problem = `${noManifest(path)} This bridge runs with defaults. mcp-twin init makes one.`
      return { manifest: emptyManifest, problems: [problem] }
    }
    await vetManifest(system, self, { here: path, lockHere: path, root: null })
    const { parseManifest } = await import('../../core/manifest/parse.ts')
    const parsed = parseManifest(bytes, clientIds)
    if (parsed.ok) return { manifest: await here(origin, parsed.manifest), problems: [] }
    const where = parsed.line === undefined ? '' : `:${parsed.line}:${parsed.column}`
    return unreadable(`The manifest cannot be read (${path}${where}: ${parsed.message})`, bytes)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return unreadable(`The manifest cannot be read (${path}: ${why.replace(/\.$/, '')})`, bytes)
  }
}

/** Servers of other machines are off; the name of this one is looked up where a server asks for it. */
async function here({ system, folder }: ManifestOrigin, manifest: Manifest): Promise<Manifest> {
  if (!Object.values(manifest.servers).some(({ machines }) => machines !== undefined)) return manifest
  const [{ onMachine }, { machineName }, { loadState }] = await Promise.all([
    import('../../core/manifest/machines.ts'),
    import('../../effects/machine/machine-name.ts'),
    import('../../effects/manifest/records.ts'),
  ])
  return onMachine(manifest, machineName(await loadState(system, reachable(join(folder, 'state.json')))))
}

const unreadable = (why: string, bytes: Uint8Array | null): Read => ({ manifest: emptyManifest, problems: [], why, bytes })
