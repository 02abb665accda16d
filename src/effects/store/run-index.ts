import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type RunIndex, runIndexSchema } from '../../model/backup.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Names of run folders: when a run began (UTC) and four random characters. They sort by time. */
export const isRunId = (name: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(name)

export const indexPath = (folder: ReachablePath, id: string): ReachablePath => reachable(join(folder, id, 'index.json'))
export const storedPath = (folder: ReachablePath, id: string, stored: string): ReachablePath => reachable(join(folder, id, stored))

type Unsealed = Omit<RunIndex, 'seal'>

const sealOf = ({ version, id, at, command, undoes, complete, files }: Unsealed): string =>
  createHash('sha256')
    .update(JSON.stringify([version, id, at, command, undoes ?? null, complete ?? null, files.map((file) => Object.entries(file).sort())]))
    .digest('hex')

export async function writeIndex(system: System, folder: ReachablePath, index: Unsealed): Promise<void> {
  const text = `${JSON.stringify({ ...index, seal: sealOf(index) }, null, 2)}\n`
  await system.files.replace(indexPath(folder, index.id), Buffer.from(text), 0o600)
}

/** The index of a run; `absent` for a run that was killed before it had one, `damaged` for one that is not as we wrote it. */
export async function readIndex(system: System, folder: ReachablePath, id: string): Promise<RunIndex | 'absent' | 'damaged'> {
  const bytes = await system.files.read(indexPath(folder, id))
  if (bytes === null) return 'absent'
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged'
    throw error
  }
  const parsed = runIndexSchema.safeParse(value)
  if (!parsed.success || parsed.data.id !== id || parsed.data.seal !== sealOf(parsed.data)) return 'damaged'
  return parsed.data
}

/** Ids of all runs that have a folder, newest first. */
export const runIds = async (system: System, folder: ReachablePath): Promise<string[]> =>
  (await system.files.list(folder)).filter(isRunId).sort().reverse()

/** An id that sorts behind all others, by any clock: undo must know the last run. */
export async function newRunId(system: System, folder: ReachablePath, at: number): Promise<string> {
  const stamp = (ms: number): string =>
    new Date(ms)
      .toISOString()
      .replace(/[-:]|\.\d+Z/g, '')
      .replace('T', '-')
  const newest = (await runIds(system, folder))[0]?.slice(0, 15) ?? ''
  let ms = at
  if (stamp(ms) <= newest) {
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(newest)?.map(Number) ?? []
    ms = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, (second ?? 0) + 1)
  }
  return `${stamp(ms)}-${system.random(2)}`
}
