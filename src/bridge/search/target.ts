import { constants } from 'node:fs'
import { type FileHandle, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { limits } from '../base/limits.ts'
import { Folder, openFile } from '../policy/folder.ts'
import type { Policy } from '../policy/policy.ts'
import { encodingOf, looksBinary } from '../files/encoding.ts'
import { denied, failed, fromFileTrouble } from '../base/refusal.ts'

/** The name under which ripgrep finds its third descriptor. */
const thirdDescriptor = '/proc/self/fd/3'

/** The folder or file that is searched, checked and held open, so that a rename in between changes nothing. */
export interface SearchTarget {
  /** The folder, for people. */
  readonly real: string
  /** The folder as this process reaches the opened one; null where that is not possible. */
  readonly pinned: string | null
  /** The folder as another process does. */
  readonly cwd: string
  /** What ripgrep is to search, as it finds it from there. */
  readonly target: string
  /** The name of the one file that is searched; null for a folder. */
  readonly only: string | null
  /** That file, where it is handed over open. */
  readonly file: { readonly fd: number; readonly name: string } | null
  /** When ripgrep has been started. */
  started(): void
  /** When nothing more is asked about it. */
  release(): void
}

const quietly = (closing: Promise<void>): void => void closing.catch(() => undefined)

/** Opens what is to be searched. `pid`: our own. `names`: only names are asked for, and no file is opened for reading. */
export async function openTarget(policy: Policy, path: string, names: boolean, pid: number): Promise<SearchTarget> {
  const { real } = await policy.existing(path, 'read')
  const trouble = (error: unknown) => Promise.reject(fromFileTrouble(error, `${JSON.stringify(path)} cannot be searched`))
  const facts = await stat(real).catch(trouble)
  if (!facts.isDirectory() && !facts.isFile()) throw denied(`${JSON.stringify(path)} is neither a file nor a folder.`)
  const folder = await Folder.open(facts.isDirectory() ? real : dirname(real), policy, 'read').catch(trouble)
  const name = basename(real)
  const pinned = folder.descriptor === null ? null : `/proc/self/fd/${folder.descriptor}`
  const plain = {
    real: folder.real,
    pinned,
    cwd: folder.descriptor === null ? folder.real : `/proc/${pid}/fd/${folder.descriptor}`,
    only: facts.isDirectory() ? null : name,
    release: () => folder.close(),
  }
  const target = facts.isDirectory() ? './' : `./${name}`
  const byPath = { ...plain, target, file: null, started: () => undefined }
  if (facts.isDirectory() || names) return byPath
  const handle = await openFile(real, name, folder, policy, constants.O_RDONLY).catch(async (error) => {
    folder.close()
    return trouble(error)
  })
  await checkText(handle, path).catch(async (error) => {
    folder.close()
    await handle.close()
    return trouble(error)
  })
  if (pinned === null) {
    quietly(handle.close())
    return byPath
  }
  return { ...plain, target: thirdDescriptor, file: { fd: handle.fd, name }, started: () => quietly(handle.close()) }
}

/** Refuses a file that begins as binary: ripgrep would report nothing, which would look like no match. */
async function checkText(handle: FileHandle, path: string): Promise<void> {
  const head = Buffer.alloc(limits.textHead)
  const { bytesRead } = await handle.read(head, 0, head.length, 0)
  const start = head.subarray(0, bytesRead)
  if (looksBinary(start, encodingOf(start)))
    throw failed(`${JSON.stringify(path)} is not text, so it is not searched; file_info says more about it.`)
}
