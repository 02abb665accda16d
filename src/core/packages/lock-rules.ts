import type { LockedPackage } from '../../model/lock.ts'
import { isPython, pythonTrouble } from './python.ts'
import { isExact, parseWords, shown } from './words.ts'

/**
 * A digest of Subresource Integrity (W3C SRI, section 3.5): algorithm, base64 of exactly its length, options. npm writes
 * sha512, and sha1 for what was published before 2017.
 */
const DIGEST =
  /^(?:sha1-[A-Za-z0-9+/]{27}=|sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)(?:\?[\x21-\x7e]*)?$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
/** Characters that mean something else in a Windows path: drives and streams, wildcards, redirections. */
const SPECIAL = /[:*?"<>|]/

/** Why a path does not name a file inside its package on every side; null where it does. */
export function binTrouble(path: string): string | null {
  if (/^[\\/]|^[A-Za-z]:/.test(path)) return 'is absolute'
  if (path.includes('\\')) return 'holds a backslash'
  if (CONTROL.test(path) || SPECIAL.test(path)) return 'holds a character that no program’s path has'
  const parts = path.replace(/^(?:\.\/)+/, '').split('/')
  if (parts.includes('..')) return 'leaves the package'
  if (parts.some((part) => part === '' || part === '.')) return 'is no path of a file'
  // Windows drops dots and blanks at the end of a name, so that ".. " is the folder above.
  return parts.some((part) => /[. ]$/.test(part)) ? 'contains a name that ends with a dot or a space' : null
}

/** May a program of a package be called so? It becomes an argument of npx, which must not take it for an option. */
export const isProgramName = (name: string): boolean => name !== '' && !/^-|[\\/]/.test(name) && !CONTROL.test(name)

/** Is this well-formed integrity, as npm writes it: one digest or several, separated by blanks? */
export const isIntegrity = (text: string): boolean =>
  text.trim() !== '' &&
  text
    .trim()
    .split(/\s+/)
    .every((each) => DIGEST.test(each))

/** The part of a version that npm compares: build data does not count. */
const core = (version: string): string => version.split('+')[0] ?? version

/** What is wrong with one package of a lock, by the words of the manifest that it was pinned for; null: nothing. */
export function lockedTrouble(
  words: string,
  locked: LockedPackage,
): { readonly key?: keyof LockedPackage; readonly message: string } | null {
  if (isPython(words)) return pythonTrouble(words, locked)
  const parsed = parseWords(words)
  if ('refuse' in parsed) return { message: parsed.refuse }
  const { name, version, integrity, engines } = locked
  if (name !== parsed.name) return { key: 'name', message: `"${shown(name)}" is pinned under the name of another package, ${parsed.name}` }
  if (!isExact(version)) return { key: 'version', message: `"${shown(version)}" is not one exact version of ${name}` }
  if (parsed.range !== null && isExact(parsed.range) && core(parsed.range) !== core(version))
    return { key: 'version', message: `${name} is pinned to ${version}, and the manifest names ${parsed.range}` }
  if (integrity !== undefined && !isIntegrity(integrity))
    return { key: 'integrity', message: `the integrity of ${name} is not well-formed` }
  for (const [program, path] of Object.entries(locked.bin)) {
    if (!isProgramName(program)) return { key: 'bin', message: `"${shown(program)}" is not a program name of ${name}` }
    const trouble = binTrouble(path)
    if (trouble !== null) return { key: 'bin', message: `the path of program "${shown(program)}" of ${name} ${trouble}: "${shown(path)}"` }
  }
  if (engines !== undefined && CONTROL.test(engines)) return { key: 'engines', message: `"engines" of ${name} holds a control character` }
  return null
}
