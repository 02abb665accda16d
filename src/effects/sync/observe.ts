import { formatOf, loadFormats } from '../../core/formats/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import { toHere } from '../../core/paths.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { Reason } from '../../model/reason.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom, escapeWords } from '../store/inside.ts'
import { findPlace } from '../store/place.ts'
import { linksOf, type Target } from '../manifest/target.ts'

/** Larger config files are not read (the largest real ones are Claude Code's, some tens of MB). */
const BYTES_MAX = 64 * 1024 * 1024

/** Reads every client file that takes part. A file that cannot be read has the reason. `sides`: home comes first. */
export async function observeFiles(system: System, targets: readonly Target[], sides: readonly Environment[]): Promise<ObservedFile[]> {
  await loadFormats(targets.map(({ client }) => client))
  return Promise.all(targets.map(async (target) => withStartSide(await observeFile(system, target), sides)))
}

/** Adds the side on which its program starts servers, if that is another one that takes part. */
function withStartSide(file: ObservedFile, sides: readonly Environment[]): ObservedFile {
  const { bytes, client } = file
  const read = (path: readonly string[]) => formatOf(client).read(bytes, path)
  const elsewhere = bytes === null ? null : (client.starting?.elsewhere?.(file.environment, read) ?? null)
  const environment = sides.find(({ kind }) => kind === elsewhere?.kind)
  return elsewhere === null || environment === undefined ? file : { ...file, startsOn: { environment, because: elsewhere.because } }
}

async function observeFile(system: System, target: Target): Promise<ObservedFile> {
  const { environment, client, scope, file, here, within = null } = target
  const seen = { environment, client, scope, file, ...(target.unused === true ? { unused: true as const } : {}) }
  const refuse = (reason: string, hint: string): ObservedFile => ({ ...seen, bytes: null, refusal: { reason, hint } })
  if (target.refusal !== undefined) return refuse(target.refusal.reason, target.refusal.hint)
  if (here === null)
    return refuse(
      environment.trouble?.reason ?? `the files of ${environment.id} cannot be reached from here`,
      environment.trouble?.hint ?? `on ${environment.id}: mcp-twin sync`,
    )
  try {
    const placed = await findPlace(system, {
      here,
      shown: file,
      side: environment.id,
      links: linksOf(target),
      within,
    })
    const unfit = placed.ok ? {} : { unfit: unfitFor(system, placed) }
    const facts = await system.files.look(here, 'follow')
    if (facts === null) return { ...seen, ...unfit, ...(await readFallback(system, target)) }
    if (facts.kind === 'directory') return refuse('it is a folder', `move ${file} away, then: mcp-twin sync`)
    if (facts.kind !== 'file') return refuse('it is not a regular file', `move ${file} away, then: mcp-twin sync`)
    if (facts.size > BYTES_MAX)
      return refuse(`it is larger than ${BYTES_MAX / 1024 / 1024} MiB`, 'make it smaller; usually old project histories fill it')
    // A folder of the path may be replaced by a link at any moment, so check after reading too.
    const away = async () => (within === null ? null : escapeFrom(system, within, here))
    const before = await away()
    const bytes = before === null ? await system.files.read(here) : null
    const found = before ?? (await away())
    if (found !== null) return refuse(escapeWords(found, file).reason, 'restore it, then: mcp-twin sync')
    return { ...seen, ...unfit, bytes }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const why =
      code === 'EACCES' || code === 'EPERM'
        ? 'this user may not read it'
        : code === 'ELOOP'
          ? 'its links form a loop'
          : `it cannot be read (${code || String(error)})`
    return refuse(why, `fix that, then: mcp-twin sync --client ${client.id}`)
  }
}

function unfitFor(system: System, { reason, hint, isReadOnly }: Reason): NonNullable<ObservedFile['unfit']> {
  if (hint === undefined) return { reason, hint: 'fix that, then: mcp-twin sync' }
  return isReadOnly ? { reason, hint: `${hint}${system.platform === 'win32' ? '; ' : ' && '}mcp-twin sync`, isReadOnly } : { reason, hint }
}

/** Returns the initial bytes of a missing file: none, or those of the file that its program reads in its place. */
async function readFallback(
  system: System,
  { environment, client, located }: Target,
): Promise<Pick<ObservedFile, 'bytes' | 'fallbackFile' | 'refusal'>> {
  const file = located?.fallbackFile
  const here = file === undefined ? null : toHere(environment, file)
  const bytes = here === null ? null : await system.files.read(here)
  if (file === undefined || bytes === null) return { bytes: null }
  const read = readClientFile(client, bytes)
  if (read.ok) return { bytes, fallbackFile: file }
  const reason = `${file}, which ${client.label} reads in its place, cannot be used: ${describeRefusal(read.refusal)}`
  return { bytes: null, refusal: { reason, hint: `fix that file, then: mcp-twin sync --client ${client.id}` } }
}
