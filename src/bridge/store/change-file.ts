import { closeSync, constants, fstatSync, openSync, readSync, watch, writeSync, type FSWatcher } from 'node:fs'
import { codeOf } from '../base/refusal.ts'

export interface LastChange {
  /** The id of the store that was changed. */
  readonly store: string
  /** The number of its last change. */
  readonly n: number
}

/** All records have this length, so that one is replaced by one write and never longer than the next. */
const recordBytes = 64

function recordIn(fd: number): LastChange | null {
  const bytes = Buffer.alloc(recordBytes)
  const read = readSync(fd, bytes, 0, recordBytes, 0)
  const [, store, n] = /^([0-9a-f]+) (\d+) *\n$/.exec(bytes.toString('latin1', 0, read)) ?? []
  return store === undefined ? null : { store, n: Number(n) }
}

/** The last record of the file at a path, which is only read; null where there is none. */
export function lastRecord(path: string): LastChange | null {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
  try {
    return recordIn(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * `store/changed`: rewritten in place after each commit, and watched by the other bridges. A file that is replaced by rename
 * is lost to its watcher after a few times; one that is rewritten in place is not, and is seen within a millisecond.
 */
export class ChangeFile {
  private readonly fd: number
  private readonly path: string
  private watcher: FSWatcher | undefined

  constructor(path: string) {
    this.path = path
    this.fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  }

  write({ store, n }: LastChange): void {
    writeSync(this.fd, `${store} ${n}`.padEnd(recordBytes - 1).concat('\n'), 0)
  }

  /** The last record; null where there is none yet. */
  read(): LastChange | null {
    return recordIn(this.fd)
  }

  /** Calls `listener` whenever the file was written, by this process too. Does not keep the process alive. */
  watch(listener: () => void): void {
    try {
      this.watcher = watch(this.path, { persistent: false }, listener)
      this.watcher.on('error', () => this.watcher?.close())
    } catch (error) {
      // No watch is left for this user (ENOSPC): what others write is then seen when this process looks at the store.
      if (codeOf(error) === '') throw error
    }
  }

  /** False once another file is at the path: whoever put it there has cut this one off. */
  isInPlace(): boolean {
    return fstatSync(this.fd).nlink > 0
  }

  close(): void {
    this.watcher?.close()
    closeSync(this.fd)
  }
}
