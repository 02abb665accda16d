import { systemCode } from '../../errors.ts'
import type { FileTrouble } from '../../model/system.ts'

/** True for an error of the file system; any other error is a bug of ours. libuv has no name for a few of them. */
export const isTrouble = (error: unknown): error is FileTrouble =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(E[A-Z0-9]+|Unknown system error -\d+)$/.test(error.code)

/** Returns what `work` does, null after an error of the file system: what it leaves behind, the next run removes. */
export async function ifPossible<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work
  } catch (error) {
    if (!isTrouble(error)) throw error
    return null
  }
}

/** Errors that last until the user changes something: trying again would not help. */
const refusals: Record<string, { because: string; hint: string }> = {
  EACCES: { because: 'this user may not read or write there', hint: 'give yourself the right to the file and its folder, then try again' },
  EPERM: {
    because: 'the system does not allow it',
    hint: 'see whether the file is locked, immutable or held open by another program, then try again',
  },
  EROFS: { because: 'it lies on a file system that is mounted read-only', hint: 'mount it for writing, then try again' },
  EBUSY: { because: 'another program holds it open', hint: 'close the program that uses it, then try again' },
  ENOTDIR: { because: 'a part of its path is not a folder', hint: 'check the folders of the path' },
  EEXIST: { because: 'a file is where a folder should be', hint: 'check the folders of the path' },
  ELOOP: { because: 'symbolic links on its path lead in a circle', hint: 'fix the link, then try again' },
  ENAMETOOLONG: { because: 'a name beside it would be too long for the file system', hint: 'use a shorter path' },
}

const room = 'free some space, then run the same command again'

const failures: Record<string, { because: string; hint?: string }> = {
  ENOSPC: { because: 'the disk is full', hint: room },
  EDQUOT: { because: 'your disk quota is used up', hint: room },
  EIO: { because: 'the disk reports an input/output error' },
  EMFILE: { because: 'too many files are open' },
  ENFILE: { because: 'too many files are open' },
  ENOENT: { because: 'a folder or file of the path disappeared meanwhile' },
  ETXTBSY: { because: 'another program is running it' },
}

/** Error codes of a rename over a file that a program has open, on Windows and on DrvFs inside WSL. */
const heldCodes = ['EPERM', 'EACCES', 'EBUSY']

/** The message for an error at one file, with its cause. `holder`: the program that would hold it open, on a Windows drive. */
export function wordsOf(error: FileTrouble, shown: string, holder?: string): { kind: 'refused' | 'failed'; reason: string; hint?: string } {
  const code = systemCode(error.code)
  if (holder !== undefined && heldCodes.includes(code)) {
    const reason = `${shown} cannot be written: a program holds it open, most likely ${holder} (${code})`
    return { kind: 'refused', reason, hint: `quit ${holder} fully, then try again` }
  }
  const refusal = refusals[code]
  if (refusal !== undefined)
    return { kind: 'refused', reason: `${shown} cannot be written: ${refusal.because} (${code})`, hint: refusal.hint }
  const { because, hint }: { because: string; hint?: string } = failures[code] ?? { because: 'the system refused' }
  return { kind: 'failed', reason: `${shown} could not be written: ${because} (${code})`, ...(hint === undefined ? {} : { hint }) }
}
