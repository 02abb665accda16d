import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** The text of a file of at most `most` bytes. Never waits for a writer, as opening a pipe would. Throws where there is none that fits. */
export function readSmallFile(path: string, most: number): string {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(fd)
    if (!facts.isFile() || facts.size > most) throw new Error('it is no file of a fitting size')
    const bytes = Buffer.alloc(facts.size)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, facts.size, 0))
  } finally {
    closeSync(fd)
  }
}
