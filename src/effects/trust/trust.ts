import { manifestDigest } from '../../core/manifest/digest.ts'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type Trust, trustSchema } from '../../model/trust.ts'
import { withFileLock } from '../files/lock.ts'

/** A manifest of a project: where it is, and what it says byte by byte. */
export interface ProjectManifest {
  /** Its path, as its side spells it. */
  readonly shown: string
  readonly bytes: Uint8Array
}

export const trustName = 'trust.json'
const LOCK_MS = 30_000
/** More projects than anyone works on; the oldest are forgotten, and asked for again. */
const PROJECTS_MAX = 500

const fileIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/${trustName}`)

/** What was trusted on this home; nothing where the file is not there. A damaged one is refused. */
export async function readTrust(system: System, folder: ReachablePath): Promise<Trust> {
  const path = fileIn(folder)
  const bytes = await system.files.read(path)
  if (bytes === null) return { version: 1, projects: {} }
  const parsed = trustSchema.safeParse(jsonOrNull(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success)
    throw new TwinError('damaged', `${path} cannot be read.`, {
      place: { file: path },
      hint: `move it away, then trust the projects again: mcp-twin trust`,
    })
  return parsed.data
}

/** True when exactly these bytes were trusted at this path. */
export async function isTrusted(system: System, folder: ReachablePath, { shown, bytes }: ProjectManifest): Promise<boolean> {
  const { projects } = await readTrust(system, folder)
  return Object.hasOwn(projects, shown) && projects[shown]?.digest === manifestDigest(bytes)
}

/** Records that a person has looked at this manifest; false when it was trusted already. `keys` are the names it asks for. */
export async function trustProject(
  system: System,
  folder: ReachablePath,
  { shown, bytes }: ProjectManifest,
  keys: readonly string[],
  side = 'self',
): Promise<boolean> {
  const path = fileIn(folder)
  await system.files.makeDirectory(folder, 0o700)
  return withFileLock(system, path, side, { waitMs: LOCK_MS }, async () => {
    const { projects } = await readTrust(system, folder)
    const digest = manifestDigest(bytes)
    if (Object.hasOwn(projects, shown) && projects[shown]?.digest === digest) return false
    const others = Object.entries(projects).filter(([known]) => known !== shown)
    const kept = others.sort(([, a], [, b]) => (a.at < b.at ? 1 : -1)).slice(0, PROJECTS_MAX - 1)
    const next: Trust = {
      version: 1,
      projects: Object.fromEntries([[shown, { digest, at: new Date(system.now()).toISOString(), keys: [...keys] }], ...kept]),
    }
    await system.files.replace(path, Buffer.from(`${JSON.stringify(next, null, 2)}\n`, 'utf8'), 0o600)
    return true
  })
}
