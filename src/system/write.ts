import { randomBytes } from 'node:crypto'
import { chmod, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ReachablePath } from '../model/path.ts'
import { temporaryPath } from '../model/temporary.ts'
import { rename } from './rename.ts'
import { codeOf } from './trouble.ts'

/** Answers of file systems that cannot flush a folder: there its entries are as durable as they get. */
const noFolderFlush = ['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF', 'ENOSYS']

/** A new file, flushed. One that could not be written whole is taken away again. */
export async function create(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

/** Flushes a file or a folder to the disk. */
export async function flush(path: string): Promise<void> {
  const windows = process.platform === 'win32'
  // Windows flushes only what is open for writing, and no folder at all.
  const file = await open(path, windows ? 'r+' : 'r').catch((error: unknown) => {
    if (windows && noFolderFlush.includes(codeOf(error))) return null
    throw error
  })
  if (file === null) return
  try {
    await file.sync()
  } catch (error) {
    if (!noFolderFlush.includes(codeOf(error)) || !(await file.stat()).isDirectory()) throw error
  } finally {
    await file.close()
  }
}

/** Whole new content under an old name: at every moment the name leads to the old bytes or to the new ones. */
export async function replace(path: ReachablePath, bytes: Uint8Array, mode: number): Promise<void> {
  const beside = temporaryPath(path, process.pid, randomBytes(4).toString('hex'))
  await create(beside, bytes, 0o600)
  try {
    if (mode !== 0o600) await chmod(beside, mode)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
  await flush(dirname(path))
}
