import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { codeOf, meaningOf } from '../base/refusal.ts'
import type { PluginFormat } from './messages.ts'
import { PluginTrouble } from './description.ts'
import { pluginLimits } from './limits.ts'

/** The bytes of a plugin, read once, so that the bytes that run are those of the digest. */
export interface PluginSource {
  readonly file: string
  readonly format: PluginFormat
  readonly text: Buffer
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string
}

/** The folder of plugins below the bridge's. */
export const pluginsFolder = (bridgeFolder: string): string => join(bridgeFolder, 'plugins')

const formats: Readonly<Record<string, PluginFormat>> = { js: 'module', mjs: 'module', cjs: 'commonjs' }

/** Returns by its name how a file is read; null if that is no name of a plugin, as any with a separator. */
export function formatOf(file: string): PluginFormat | null {
  const [, ending = ''] = /^[A-Za-z0-9][\w.-]{0,80}\.(js|mjs|cjs)$/.exec(file) ?? []
  return formats[ending] ?? null
}

/** Names of files in the folder that could be plugins; empty where there is no folder. */
export function pluginFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => formatOf(name) !== null)
      .sort()
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}

/** Throws if somebody else could have written it. Where there are no owners (Windows) nothing is checked. */
function checkOwner({ uid, mode }: Stats, path: string): void {
  const self = userInfo().uid
  if (self < 0) return
  if (uid !== self) throw new PluginTrouble(`${path} belongs to another user`)
  if ((mode & 0o022) !== 0) throw new PluginTrouble(`others may write ${path}; chmod go-w closes it`)
}

/** Reads a plugin through one descriptor: its owner, its mode and its bytes are of one file, whatever happens to its name. Throws a PluginTrouble. */
export function readPluginFile(folder: string, file: string): PluginSource {
  const format = formatOf(file)
  if (format === null) throw new PluginTrouble('a plugin is a file in bridge/plugins whose name ends in .js, .mjs or .cjs')
  const path = join(folder, file)
  try {
    const facts = lstatSync(folder)
    if (!facts.isDirectory()) throw new PluginTrouble(`${folder} is a link or no folder`)
    checkOwner(facts, folder)
    const text = readOwn(path)
    return { file, format, text, digest: createHash('sha256').update(text).digest('hex') }
  } catch (error) {
    if (error instanceof PluginTrouble) throw error
    if (codeOf(error) === 'ELOOP') throw new PluginTrouble(`${path} is a link; put the file itself there`)
    throw new PluginTrouble(`${path} cannot be read: ${meaningOf(error) ?? (error instanceof Error ? error.message : String(error))}`)
  }
}

function readOwn(path: string): Buffer {
  // Follows no link, and does not wait for the writer of a pipe.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const facts = fstatSync(fd)
    if (!facts.isFile()) throw new PluginTrouble(`${path} is no file`)
    checkOwner(facts, path)
    if (facts.size > pluginLimits.file) throw new PluginTrouble(`${path} has ${facts.size} bytes; ${pluginLimits.file} are the most`)
    const bytes = Buffer.alloc(pluginLimits.file + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, length)
    if (length > pluginLimits.file) throw new PluginTrouble(`${path} grows while it is read`)
    return bytes.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}

export const changed = 'its file changed since it was allowed'

/** Why the file of an allowed plugin is not run; null: it is the one that was allowed. */
export function fileTrouble(folder: string, file: string, digest: string): string | null {
  try {
    return readPluginFile(folder, file).digest === digest ? null : changed
  } catch (error) {
    if (error instanceof PluginTrouble) return error.message
    throw error
  }
}
