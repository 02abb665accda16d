import { systemCode } from '../errors.ts'

/** What the system says in codes, in words. None of them is a fault of this program, so none is reported as a crash. */
const WORDS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, then run the same command again'],
  EDQUOT: ['your disk quota is used up', 'free some space, then run the same command again'],
  EACCES: ['permission denied', 'check who owns it: ls -ld on it and on its folder'],
  EPERM: ['operation not permitted', 'check who owns it: ls -ld on it and on its folder'],
  EROFS: ['that file system is read-only', 'choose another place, or mount it for writing'],
  ENOENT: ['no such file or folder', 'check the path: one of its folders may be missing'],
  ENOTDIR: ['part of the path is a file, not a folder', 'check the path'],
  EISDIR: ['it is a folder, not a file', 'check the path'],
  EEXIST: ['it already exists', 'move it away, then run the same command again'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  ELOOP: ['its symbolic links form a loop', 'fix the links, then run the same command again'],
  EMFILE: ['too many files are open', 'close some programs, then run the same command again'],
  ENFILE: ['too many files are open on this computer', 'close some programs, then run the same command again'],
  EFBIG: ['it is larger than 64 MiB', 'choose another file'],
  EAGAIN: ['nothing was written to it in time', 'check the program that writes to it'],
  EBUSY: ['another program is using it', 'close that program, then run the same command again'],
  EIO: ['the disk reports an error', 'check the system log; no partial write was kept'],
}

const VERBS: Readonly<Record<string, string>> = {
  open: 'opened',
  read: 'read',
  write: 'written',
  fsync: 'written',
  mkdir: 'created',
  rename: 'renamed',
  rm: 'removed',
  unlink: 'removed',
  rmdir: 'removed',
  scandir: 'listed',
}

export interface SystemTrouble {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** An error of the file system that reached nobody who could do better, in words; null for any other error. */
export function systemTrouble(error: unknown): SystemTrouble | null {
  if (!(error instanceof Error)) return null
  const { code: said, path, syscall }: NodeJS.ErrnoException = error
  const code = said === undefined ? undefined : systemCode(said)
  const words = code === undefined || !Object.hasOwn(WORDS, code) ? undefined : WORDS[code]
  if (code === undefined || words === undefined) return null
  const verb = syscall === undefined || !Object.hasOwn(VERBS, syscall) ? 'used' : VERBS[syscall]
  const [what, hint] = words
  return { code, message: `${path ?? 'a file'} cannot be ${verb}: ${what} (${code}).`, hint }
}
