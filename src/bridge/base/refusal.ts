/**
 * The answer to a call that has `isError`, with one sentence: what, why, what to do. `denied`: the policy forbids it, which is
 * audited and never disguised as "not found"; `failed`: anything else.
 */
export class Refusal extends Error {
  readonly kind: 'denied' | 'failed'

  constructor(kind: 'denied' | 'failed', message: string) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
  }
}

/** There is no file of that name; `path` as it was given. */
export class Absent extends Refusal {
  readonly path: string
  constructor(message: string, path: string) {
    super('failed', message)
    this.path = path
  }
}

export const denied = (message: string): Refusal => new Refusal('denied', message)
export const failed = (message: string): Refusal => new Refusal('failed', message)

/** The errno of a failed file operation, '' for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'the operating system does not allow it',
  EPERM: 'the operating system does not allow it',
  EEXIST: 'it already exists',
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the disk quota is used up; make room and try again',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENOTEMPTY: 'the directory is not empty',
  ELOOP: 'its links form a circle, or it was swapped for a link',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open; try again',
  ENFILE: 'too many files are open; try again',
  EBUSY: 'another program holds it; close that program and try again',
  ENXIO: 'it is a pipe or a device, not a file',
}

/** What the errno of a failed file operation means; null for any other error or errno. */
export const meaningOf = (error: unknown): string | null => meanings[codeOf(error)] ?? null

/** A failed file operation as a refusal; rethrows any other error. */
export function fromFileTrouble(error: unknown, what: string): Refusal {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  if (code === '') throw error
  return failed(`${what}: ${meanings[code] ?? `the file system answered ${code}`}.`)
}
