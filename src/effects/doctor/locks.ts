import { join } from 'node:path'
import type { ClientFile, LockFacts } from '../../core/doctor/facts.ts'
import type { AbandonedLock } from '../../model/check.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type LockHolder, selfAsHolder } from '../store/holder.ts'
import { isAbandonedClaudeLock } from '../store/claude-lock.ts'
import { inspect, lockPath } from '../store/lock-folder.ts'

async function ourLock(system: System, lock: ReachablePath, lockOf: AbandonedLock, self: LockHolder): Promise<LockFacts[]> {
  const found = await inspect(system, lock, self)
  if (found.kind === 'free') return []
  const holder = found.by === null ? null : `process ${found.by.pid} on ${found.by.side}`
  return [{ shown: lock, holder, abandoned: found.stale ? lockOf : null }]
}

async function programLock(system: System, guarded: ReachablePath, holder: string): Promise<LockFacts[]> {
  if (!(await isAbandonedClaudeLock(system, guarded))) return []
  return [{ shown: `${guarded}.lock`, holder, abandoned: { of: 'program', guarded } }]
}

/** Returns the present locks: on the home, beside its own files, and beside every client file. */
export async function observeLocks(system: System, home: ReachablePath, side: string, files: readonly ClientFile[]): Promise<LockFacts[]> {
  const self = await selfAsHolder(system, side)
  const beside = async (path: ReachablePath, name: string, program: string | null): Promise<LockFacts[]> => {
    const guarded = (await system.files.realPath(path)) ?? path
    const programPaths = program === null ? {} : { programPaths: [path, guarded] }
    return [
      ...(await ourLock(system, lockPath(guarded), { of: 'file', guarded, ...programPaths }, self)),
      ...(program === null ? [] : await programLock(system, reachable(name), program)),
    ]
  }
  const reached = files.flatMap(({ here, client, scope }) =>
    here === null ? [] : [{ here, program: client.ownLock !== undefined && scope === 'user' ? client.label : null }],
  )
  const own = ['mcp-twin.json', 'mcp-twin.lock.json', 'secrets.json', 'logins.json', 'state.json'].map((name) =>
    reachable(join(home, name)),
  )
  const found = await Promise.all([
    ourLock(system, reachable(join(home, 'locks', 'run')), { of: 'run', guarded: home }, self),
    ...own.map((path) => beside(path, path, null)),
    ...reached.map(({ here, program }) => beside(here, here, program)),
  ])
  return found.flat()
}
