import { TwinError } from '../../errors.ts'
import type { ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { isKeyName } from './secret-name.ts'
import { hasModes } from '../machine/modes.ts'

export type Keys = ReadonlyMap<string, Secret<string>>

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0')
const quote = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

/** Reads `secrets.json`, a plain object of names and values. A file that others may read, or that is damaged, is refused. */
export async function readKeys(system: System, path: ReachablePath): Promise<Keys> {
  return (await checkOwnerOnly(system, path)) ? parse(path, await system.files.read(path)) : new Map()
}

/** Refuses a file of keys that anyone but its owner may read or write, where modes mean anything. False: there is none. */
export async function checkOwnerOnly(system: System, path: ReachablePath): Promise<boolean> {
  const facts = await system.files.look(path, 'follow')
  if (facts === null) return false
  if (facts.kind !== 'file') throw trouble(path, 'is not a file', `move it away: mv ${quote(path)} ${quote(`${path}.old`)}`)
  if (await hasModes(system, path)) {
    if (system.uid !== undefined && facts.uid !== system.uid) {
      throw trouble(
        path,
        `belongs to another user (uid ${facts.uid}), so its keys may not be yours`,
        `sudo chown ${system.uid} ${quote(path)}`,
      )
    }
    if ((facts.mode & 0o077) !== 0)
      throw trouble(path, `can be read or written by others (mode ${octal(facts.mode)})`, `chmod 600 ${quote(path)}`)
  }
  return true
}

/** Writes all keys, readable by the owner alone from the first byte. */
export async function writeKeys(system: System, path: ReachablePath, keys: Keys): Promise<void> {
  const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify(Object.fromEntries(sorted.map(([name, value]) => [name, reveal(value)])), null, 2)
  // A link stays a link: the file that it names gets the new content.
  const target = (await system.files.realPath(path)) ?? path
  await system.files.replace(target, Buffer.from(`${text}\n`, 'utf8'), 0o600)
}

function parse(path: ReachablePath, bytes: Uint8Array | null): Keys {
  const text =
    bytes === null
      ? ''
      : Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
  if (text.trim() === '') return new Map()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // The parser's own words quote the text around the fault, which is a key as like as not: only the position is shown.
    const offset = Number(/position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? Number.NaN)
    throw damaged(path, Number.isNaN(offset) ? undefined : text.slice(0, offset).split('\n').length)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(path)
  const keys = new Map<string, Secret<string>>()
  for (const [name, key] of Object.entries(value)) {
    if (!isKeyName(name) || typeof key !== 'string') throw damaged(path, lineOf(text, name))
    keys.set(name, new Secret(key))
  }
  return keys
}

const lineOf = (text: string, name: string): number | undefined => {
  const at = text.indexOf(JSON.stringify(name))
  return at < 0 ? undefined : text.slice(0, at).split('\n').length
}

const damaged = (path: ReachablePath, line?: number): TwinError =>
  new TwinError('damaged', 'The file of keys is damaged, and is left as it is. It must be an object: {"NAME": "value"}.', {
    place: { file: path, line },
    hint: `fix it by hand, or move it away (mv ${quote(path)} ${quote(`${path}.old`)}) and store the keys again: mcp-twin secret set NAME`,
  })

const trouble = (path: ReachablePath, what: string, hint: string): TwinError =>
  new TwinError('secrets-open', `The file of keys ${path} ${what}; it is not used.`, { place: { file: path }, hint })

/** True when both are there and hold the same value. */
export const sameKey = (one: Secret<string> | undefined, other: Secret<string>): boolean =>
  one !== undefined && reveal(one) === reveal(other)
