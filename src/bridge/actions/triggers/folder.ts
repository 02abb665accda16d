import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, unlink, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { codeOf, meaningOf } from '../../base/refusal.ts'
import { Unfit } from './signed.ts'

/** The text of a file, and a stamp that differs for any other file or version of it. */
interface Found {
  readonly text: string
  readonly stamp: string
}

interface Facts {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
}

const stampOf = ({ dev, ino, size, mtimeNs }: Facts): string => [dev, ino, size, mtimeNs].join(':')

/** `t9` before `t10`: file systems count time in steps of some milliseconds, and many files come in one of them. */
const numerals = new Intl.Collator('en', { numeric: true })

/** Names of the files in `triggers/`, the oldest first. Makes the folder where it is missing. */
export async function names(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const aged = await Promise.all(
    found.map(async (name) => {
      const facts = await lstat(join(folder, name), { bigint: true }).catch(() => null)
      return { name, at: facts?.mtimeNs ?? 0n }
    }),
  )
  return aged.sort((a, b) => (a.at === b.at ? numerals.compare(a.name, b.name) : a.at < b.at ? -1 : 1)).map(({ name }) => name)
}

/**
 * Reads a file that only its owner can write. One descriptor serves check and reading: a file swapped in between is not read.
 * Null: the file is gone. Throws `Unfit`.
 */
export async function readOwn(path: string, platform: NodeJS.Platform, most: number): Promise<Found | null> {
  const before = await lstat(path, { bigint: true }).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (before === null) return null
  if (before.isSymbolicLink()) throw new Unfit('it is a link')
  if (!before.isFile()) throw new Unfit('it is no file')
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new Unfit(`it cannot be read: ${meaningOf(error) ?? codeOf(error)}`)
  }
  try {
    const facts = await handle.stat({ bigint: true })
    if (stampOf(facts) !== stampOf(before)) throw new Unfit('it changed while it was looked at', true)
    if (facts.nlink !== 1n) throw new Unfit('it has a second name (a hard link)')
    if (platform !== 'win32') {
      if (facts.uid !== BigInt(userInfo().uid)) throw new Unfit('it belongs to another user')
      if ((facts.mode & 0o077n) !== 0n) throw new Unfit('others may read or write it; its mode must be 600')
    }
    if (facts.size > BigInt(most)) throw new Unfit(`it has ${facts.size} bytes; ${most} are the most`)
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile()), stamp: stampOf(facts) }
  } catch (error) {
    if (error instanceof TypeError) throw new Unfit('it is not UTF-8')
    throw error
  } finally {
    await handle.close()
  }
}

/** Removes a file that was taken up, unless another file has its name by now. */
export async function removeTaken(path: string, stamp: string): Promise<void> {
  const facts = await lstat(path, { bigint: true }).catch(() => null)
  if (facts !== null && stampOf(facts) === stamp) await unlink(path).catch(() => undefined)
}

/** Moves a file to `refused/`, with the reason beside it. */
export async function refuseFile(folder: string, name: string, reason: string): Promise<void> {
  const kept = await freeName(folder, name)
  await writeReason(folder, kept, reason)
  await rename(join(folder, name), join(folder, 'refused', kept)).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

/** Writes a refused text that had no file of its own into `refused/`. */
export async function refuseText(folder: string, name: string, text: string, reason: string): Promise<void> {
  const kept = await freeName(folder, name)
  await writeFile(join(folder, 'refused', kept), text.slice(0, limits.triggerBytes), { mode: 0o600, flag: 'wx' }).catch(() => undefined)
  await writeReason(folder, kept, reason)
}

const writeReason = (folder: string, kept: string, reason: string): Promise<void> =>
  writeFile(join(folder, 'refused', `${kept}.reason.txt`), `${reason}\n`, { mode: 0o600 })

/** Room for a number and `.reason.txt` in a name, which has at most 255 bytes. */
const nameBytes = 200

/** A name that is free in `refused/`, whose oldest files go when there are too many. */
async function freeName(folder: string, name: string): Promise<string> {
  const refused = join(folder, 'refused')
  await mkdir(refused, { recursive: true, mode: 0o700 })
  const there = new Set(await readdir(refused))
  if (there.size >= 2 * limits.triggersRefused) await removeOldest(refused, there)
  const short = Buffer.byteLength(name) <= nameBytes ? name : `${Buffer.from(name).toString('utf8', 0, nameBytes - 3)}…`
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? short : `${short}.${number}`
    if (!there.has(candidate)) return candidate
  }
}

async function removeOldest(refused: string, there: ReadonlySet<string>): Promise<void> {
  const aged = await Promise.all(
    [...there].map(async (name) => ({ name, at: (await lstat(join(refused, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  const old = aged.sort((a, b) => a.at - b.at).slice(0, limits.triggersRefused)
  // A folder that was refused stays: `unlink` fails on it.
  await Promise.all(old.map(({ name }) => unlink(join(refused, name)).catch(() => undefined)))
}

/** Replaces a file whole. */
export async function replaceOwn(path: string, text: string): Promise<string> {
  const beside = `${path}.new`
  await unlink(beside).catch(() => undefined)
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' })
  const stamp = stampOf(await lstat(beside, { bigint: true }))
  await rename(beside, path)
  return stamp
}

/** The stamp of a file as it is now; '' where there is none. */
export async function stampAt(path: string): Promise<string> {
  const facts = await lstat(path, { bigint: true }).catch(() => null)
  return facts === null ? '' : stampOf(facts)
}
