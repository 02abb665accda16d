import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { limits } from '../base/limits.ts'
import { codeOf } from '../base/refusal.ts'

/**
 * A file that only grows at its end and is put aside when it is large: `audit.jsonl`, then `audit.jsonl.1`, `.2`.
 * Several processes append to it at once: each line is one write, and before each it is looked whether the open file is
 * still the one at its path, since another process may have put it aside and a person may have taken it away.
 */
export class RotatingFile {
  private readonly path: string
  /** The open file, and what it was known by when it was opened. */
  private fd: number | null = null
  private mark = ''
  /** The file ends in the middle of a line: its writer was killed, or the disk was full. */
  private torn = false

  constructor(path: string) {
    this.path = path
  }

  /** Opens the file, makes it and its folder when needed; throws what the file system answers. */
  open(): void {
    if (this.fd !== null) return
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const fd = openSync(this.path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600)
    this.fd = fd
    const facts = fstatSync(fd)
    this.mark = markOf(facts)
    const last = Buffer.alloc(1)
    this.torn = facts.size > 0 && readSync(fd, last, 0, 1, facts.size - 1) === 1 && last[0] !== 10
    if (facts.size >= limits.logFile) this.refresh()
  }

  /** Opens the file that is at the path now, as `open` does, when it is another than the open one. */
  reopen(): void {
    if (this.fd === null) this.open()
    else this.refresh()
  }

  /** Throws where no file can be at the path; makes nothing. */
  check(): void {
    if (this.fd !== null) this.refresh()
    else if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory()) throw isFolder(this.path)
  }

  /** Brings within bounds what is too large already, whoever let it grow; makes nothing. */
  bound(): void {
    if (sizeOf(this.path) >= limits.logFile) this.open()
    this.boundOld()
  }

  /** Appends one line; throws when it could not be written. */
  append(line: string): void {
    this.reopen()
    if (this.fd === null) throw new Error(`${this.path} is not open`)
    const bytes = Buffer.from(`${this.torn ? '\n' : ''}${line}\n`)
    const written = writeSync(this.fd, bytes)
    this.torn = written < bytes.length
    if (this.torn) throw new Error(`${this.path}: only a part of a line could be written`)
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
  }

  private refresh(): void {
    const there = statSync(this.path, { throwIfNoEntry: false })
    if (there !== undefined && markOf(there) === this.mark) {
      if (there.size >= limits.logFile) this.rotate()
      return
    }
    this.close()
    this.open()
  }

  private rotate(): void {
    this.close()
    for (let age = limits.logFilesKept - 1; age >= 0; age--) {
      const from = age === 0 ? this.path : `${this.path}.${age}`
      try {
        renameSync(from, `${this.path}.${age + 1}`)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
      }
    }
    this.boundOld()
    this.open()
  }

  private boundOld(): void {
    for (let age = 1; age <= limits.logFilesKept; age++)
      if (sizeOf(`${this.path}.${age}`) > limits.logFile + limits.logFileMore) keepEnd(`${this.path}.${age}`)
  }
}

const markOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`

/** The error of the file system where a folder is in a file's place. */
const isFolder = (path: string): Error => Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' })

/** 0 for what is not there. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** A file that something else let grow beyond all bounds keeps its newest part. */
function keepEnd(path: string): void {
  const fd = openSync(path, constants.O_RDONLY)
  const tail = Buffer.alloc(limits.logFile)
  const read = readSync(fd, tail, 0, tail.length, Math.max(0, fstatSync(fd).size - tail.length))
  closeSync(fd)
  const from = tail.indexOf(10) + 1
  const beside = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(beside, tail.subarray(from, read), { mode: 0o600 })
  renameSync(beside, path)
}
