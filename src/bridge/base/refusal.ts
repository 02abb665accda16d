/**
 * A call that is answered with `isError` and one sentence: what, why, what to do. `denied`: policy forbids it, which
 * is audited and never dressed as "not found"; `failed`: it was tried, or could not be.
 */
export class Refusal extends Error {
  readonly kind: 'denied' | 'failed'

  constructor(kind: 'denied' | 'failed', message: string) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
  }
}

export const denied = (message: string): Refusal => new Refusal('denied', message)
export const failed = (message: string): Refusal => new Refusal('failed', message)

/** The platform's word for a failed file operation, '' for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'the operating system does not allow it',
  EPERM: 'the operating system does not allow it',
  EEXIST: 'it is there already',
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the disk quota is used up; make room and try again',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENOTEMPTY: 'the directory is not empty',
  ELOOP: 'it goes round in a circle of links, or was swapped for a link',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open; try again',
  ENFILE: 'too many files are open; try again',
  EBUSY: 'another program holds it; close that program and try again',
  ENXIO: 'it is a pipe or a device, not a file',
}

/** What a failed file operation means, in words; null for anything else and for what has no words here. */
export const meaningOf = (error: unknown): string | null => meanings[codeOf(error)] ?? null

/** Trouble of the file system in words; what is not trouble of the file system is thrown on. */
export function fromFileTrouble(error: unknown, what: string): Refusal {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  if (code === '') throw error
  return failed(`${what}: ${meanings[code] ?? `the file system answered ${code}`}.`)
}
