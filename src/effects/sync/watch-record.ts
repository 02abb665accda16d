import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type WatchRecord, watchRecordSchema } from '../../model/watch.ts'

/** Where the watcher's record is: beside its lock, in home's folder. */
export const watchRecordPath = (home: ReachablePath): ReachablePath => reachable(join(home, 'locks', 'watch.json'))

export const noWatch: WatchRecord = { version: 1, pid: null, startedAt: null, files: [] }

/** What the last watcher left; nothing where there never was one. It is only memory: a damaged one is begun anew. */
export async function readWatchRecord(system: System, home: ReachablePath): Promise<WatchRecord> {
  const bytes = await system.files.read(watchRecordPath(home))
  if (bytes === null) return noWatch
  const parsed = watchRecordSchema.safeParse(jsonOrNull(new TextDecoder().decode(bytes)))
  return parsed.success ? parsed.data : noWatch
}

export const writeWatchRecord = (system: System, home: ReachablePath, record: WatchRecord): Promise<void> =>
  system.files.replace(watchRecordPath(home), new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`), 0o600)
