import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { encodingOf, textOf } from '../files/encoding.ts'
import { limits } from '../base/limits.ts'
import { identityOf } from '../policy/identity.ts'
import { codeOf } from '../base/refusal.ts'
import type { ResultLine } from './result-line.ts'

/** Linux' flag that names a file without opening it: works for pipes, and without a right to read. */
const O_PATH = 0o10000000
const linkLess = constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Whether what an open file is, by its path and by its identity, may be shown. */
type IsOpen = (real: string, id: string) => boolean

/** Opens what is at a path now; null when that is not allowed. */
function openChecked(path: string, flags: number, isOpen: IsOpen): number | null {
  let fd: number
  try {
    fd = openSync(path, flags | linkLess)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
  if (isOpen(readlinkSync(`/proc/self/fd/${fd}`), identityOf(fstatSync(fd, { bigint: true })))) return fd
  closeSync(fd)
  return null
}

/** True when an open file has a line at the offset that ripgrep gave, counted with or without a byte order mark. */
function holds(fd: number, { offset, raw, text }: ResultLine): boolean {
  const there = Buffer.allocUnsafe(raw.length)
  const standsAt = (from: number): boolean => readSync(fd, there, 0, raw.length, from) === raw.length && there.equals(raw)
  if (standsAt(offset) || standsAt(offset + 3)) return true
  const head = Buffer.alloc(4)
  const encoding = encodingOf(head.subarray(0, readSync(fd, head, 0, 4, 0)))
  const { size } = fstatSync(fd)
  if (encoding.name === 'utf-8' || size > limits.readImage) return false
  // Offsets count what ripgrep made of UTF-16, so the line is looked for in all of a file of ordinary size.
  const bytes = Buffer.alloc(size)
  readSync(fd, bytes, 0, size, 0)
  return textOf(bytes, encoding).includes(text.replace(/^\d+[:-] …?/, '').replace(/…$/, ''))
}

export interface Confirming {
  /** Whether what was found may be shown. */
  shows(found: ResultLine): boolean
  close(): void
}

/**
 * ripgrep goes by paths: while it walks, a folder may be swapped for a link that leads out (by a command in the
 * sandbox, say), and back. So its results are checked again: a line is shown when an allowed file has it at that very
 * offset, a name when such a file exists. `folder` is the searched one, held open.
 */
export function confirming(folder: string, names: boolean, isOpen: IsOpen): Confirming {
  let last: { path: string; fd: number | null } | null = null
  const close = () => {
    if (last !== null && last.fd !== null) closeSync(last.fd)
    last = null
  }
  return {
    shows(found) {
      if (last?.path !== found.path) {
        close()
        last = { path: found.path, fd: openChecked(`${folder}/${found.path}`, names ? O_PATH : constants.O_RDONLY, isOpen) }
      }
      const { fd } = last
      return fd !== null && (names || holds(fd, found))
    },
    close,
  }
}
