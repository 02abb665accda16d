import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { codeOf, trouble } from './trouble.ts'

/** The limit for a device, which never ends; none of our files is larger. */
const LARGEST = 64 * 1024 * 1024
/** How long the writer of a pipe may take, in ms: `--secrets <(pass show …)` asks a person for a passphrase. */
const PATIENCE_MS = 120_000
const LOOK_MS = 20
const CHUNK = 64 * 1024

/** All bytes of a pipe or a device. */
async function readStream(file: FileHandle, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK), 0, CHUNK, null)
      if (bytesRead === 0) return Buffer.concat(parts)
      parts.push(buffer.subarray(0, bytesRead))
      size += bytesRead
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || performance.now() > deadline) throw error
      await pause(LOOK_MS)
    }
    if (size > LARGEST) throw trouble('EFBIG', 'it does not end', path)
  }
}

/** A whole file. Trouble names the path, which Node leaves out for a file that is open. */
export async function readWhole(path: string): Promise<Uint8Array> {
  // Not blocking: a pipe put in the place of a file, with no writer, must not block us. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    return stats.isFile() || stats.isDirectory() ? await file.readFile() : await readStream(file, path)
  } catch (error) {
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error
  } finally {
    await file.close()
  }
}
