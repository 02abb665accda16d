import { systemCode } from '../errors.ts'

/** What the system says in codes, in words. None of them is a fault of this program, so none is reported as a crash. */
const WORDS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, then run the same command again'],
  EDQUOT: ['your share of the disk is used up', 'free some space, then run the same command again'],
  EACCES: ['you may not do that there', 'look who owns it: ls -ld on it and on the folder around it'],
  EPERM: ['the system does not allow it', 'look who owns it: ls -ld on it and on the folder around it'],
  EROFS: ['that file system is read-only', 'choose another place, or mount it for writing'],
  ENOENT: ['it is not there', 'look at the path: one of its folders may be missing'],
  ENOTDIR: ['a part of that path is a file, not a folder', 'look at the path'],
  EISDIR: ['that is a folder, not a file', 'look at the path'],
  EEXIST: ['something stands there already', 'move it away, then run the same command again'],
  ENAMETOOLONG: ['that name is too long', 'take a shorter one'],
  ELOOP: ['links lead in a circle there', 'mend the links, then run the same command again'],
  EMFILE: ['too many files are open', 'close some programs, then run the same command again'],
  ENFILE: ['too many files are open on this computer', 'close some programs, then run the same command again'],
  EFBIG: ['it gives more than 64 MiB', 'name an ordinary file'],
  EAGAIN: ['whoever writes into it sends nothing', 'look at the program at its other end'],
  EBUSY: ['another program holds it', 'close that program, then run the same command again'],
  EIO: ['the disk reports an error', 'look at the system log; nothing half written was kept'],
}

const VERBS: Readonly<Record<string, string>> = {
  open: 'opened',
  read: 'read',
  write: 'written',
  fsync: 'written',
  mkdir: 'made',
  rename: 'put in place',
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
