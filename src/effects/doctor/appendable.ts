import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'

const words: Record<string, string> = {
  EACCES: 'you have no permission to write there',
  EPERM: 'the system does not allow it',
  EROFS: 'its disk is mounted read-only',
  ENOTDIR: 'a part of its path is not a folder',
}

async function refusal(path: string, mode: number): Promise<string | null> {
  try {
    await access(path, mode)
    return null
  } catch (error) {
    if (!isTrouble(error)) throw error
    return words[error.code] ?? `the system answers ${error.code}`
  }
}

/** Why nothing could be appended to a file that need not be there yet; null: it could, as far as can be told without doing it. */
export async function appendTrouble(system: System, path: ReachablePath): Promise<string | null> {
  for (let at = path; ; at = reachable(dirname(at))) {
    let kind: string | undefined
    try {
      kind = (await system.files.look(at, 'follow'))?.kind
    } catch (error) {
      if (!isTrouble(error)) throw error
      return words[error.code] ?? `the system answers ${error.code}`
    }
    if (kind === undefined && at !== dirname(at)) continue
    const wanted = at === path ? 'file' : 'directory'
    if (kind !== wanted) return wanted === 'file' ? 'something else than a file stands in its place' : `${at} is not a folder`
    return refusal(at, wanted === 'file' ? constants.W_OK : constants.W_OK | constants.X_OK)
  }
}
