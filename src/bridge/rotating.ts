import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { limits } from './limits.ts'
import { codeOf } from './refusal.ts'

/**
 * A file that only grows at its end and is put aside when it is large: `audit.jsonl`, then `audit.jsonl.1`, `.2`.
 * Several processes append to it at once: each line is one write, and each looks now and then whether another has
 * put the file aside.
 */
export class RotatingFile {
  private readonly path: string
  private fd: number | null = null
  private size = 0
  private sinceCheck = 0
  private bytesSinceCheck = 0
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
    this.size = fstatSync(fd).size
    const last = Buffer.alloc(1)
    this.torn = this.size > 0 && readSync(fd, last, 0, 1, this.size - 1) === 1 && last[0] !== 10
    if (this.size >= limits.logFile) this.refresh()
  }

  /** Brings within bounds what is too large already, whoever let it grow; makes nothing. */
  bound(): void {
    if (sizeOf(this.path) >= limits.logFile) this.open()
    this.boundOld()
  }

  /** Appends one line; throws when it could not be written. */
  append(line: string): void {
    this.open()
    if (this.size >= limits.logFile || ++this.sinceCheck >= 64 || this.bytesSinceCheck >= 64 * 1024) this.refresh()
    if (this.fd === null) throw new Error(`${this.path} is not open`)
    const bytes = Buffer.from(`${this.torn ? '\n' : ''}${line}\n`)
    const written = writeSync(this.fd, bytes)
    this.size += written
    this.bytesSinceCheck += written
    this.torn = written < bytes.length
    if (this.torn) throw new Error(`${this.path}: only a part of a line could be written`)
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
  }

  private refresh(): void {
    this.sinceCheck = 0
    this.bytesSinceCheck = 0
    const mine = this.fd === null ? null : fstatSync(this.fd)
    let there: { ino: number; size: number } | null = null
    try {
      there = statSync(this.path)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    if (mine !== null && there?.ino === mine.ino && there.size < limits.logFile) {
      this.size = there.size
      return
    }
    if (there !== null && there.size >= limits.logFile && there.ino === mine?.ino) this.rotate()
    else {
      this.close()
      this.open()
    }
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
