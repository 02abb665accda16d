import { lstatSync, realpathSync, renameSync } from 'node:fs'
import { rename as renameFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { identityOf } from './facts.ts'
import { codeOf, trouble } from './trouble.ts'

/** Pauses before each further attempt, in ms: ten seconds in all. Counted, so that a slow machine makes no fewer attempts. */
const pausesMs: readonly number[] = [10, 20, 40, 80, 160, 320, ...Array.from({ length: 19 }, () => 500)]

/** 9P, as `statfs` names it: a Windows drive inside WSL. */
const plan9Type = 0x01021997

function identityNow(path: string): string | null {
  try {
    return identityOf(lstatSync(path, { bigint: true }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/**
 * Looks and renames in two synchronous calls in a row: Node offers no single call for both, and this leaves
 * microseconds. Before them a rename onto itself, which changes nothing but waits for the folder's lock: a rename
 * that another program is in the middle of (a slow disk holds it for milliseconds) would not be seen by the look yet.
 */
function renameExpected(from: string, to: string, expected: string | null, folder?: string): void {
  if (process.platform !== 'win32') renameSync(from, from)
  if (folder !== undefined && realpathSync.native(folder) !== folder) throw trouble('ESTALE', 'its folder was replaced, rename', to)
  const found = identityNow(to)
  if (found !== expected) throw trouble(expected === null ? 'EEXIST' : 'ESTALE', 'the file was replaced, rename', to)
  renameSync(from, to)
}

/**
 * Windows refuses to rename over a file that any program holds open, if only for reading (npm/write-file-atomic#28),
 * and a scanner holds most new files for a moment. The same rules hold for its drives inside WSL.
 */
async function mayPass(error: unknown, to: string): Promise<boolean> {
  if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error))) return false
  if (process.platform === 'win32') return true
  return statfs(dirname(to)).then(
    ({ type }) => type === plan9Type,
    () => false,
  )
}

/** Renames, trying again with growing pauses where a busy file is only a matter of time. */
export async function rename(from: string, to: string, expected?: string | null, folder?: string): Promise<void> {
  const attempt = async (): Promise<void> => (expected === undefined ? renameFile(from, to) : renameExpected(from, to, expected, folder))
  for (const waitMs of pausesMs) {
    try {
      return await attempt()
    } catch (error) {
      if (!(await mayPass(error, to))) throw error
    }
    await pause(waitMs)
  }
  await attempt()
}
