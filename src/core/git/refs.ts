import { UnreadableRepository } from './unreadable.ts'

/** What HEAD or a branch says: another name, or the object itself. */
export type Reference = { readonly name: string } | { readonly id: string }

/**
 * Reads HEAD, or the file of a branch. Throws UnreadableRepository for what git would not write there, names that climb included, and for
 * SHA-256 and the table format of references.
 */
export function referenceIn(text: string): Reference {
  const line = text.replace(/\s+$/, '')
  if (/^[0-9a-f]{40}$/.test(line)) return { id: line }
  if (/^[0-9a-f]{64}$/.test(line)) throw new UnreadableRepository('its objects are named by SHA-256, which is not read here')
  const [, name] = /^ref:\s*(\S+)$/.exec(line) ?? []
  if (name === 'refs/heads/.invalid')
    throw new UnreadableRepository('its references are kept in the reftable format, which is not read here')
  if (name === undefined || !isReferenceName(name)) throw new UnreadableRepository('its HEAD or branch is damaged')
  return { name }
}

/** As git-check-ref-format(1) has it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const refused = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)|(?:^|\/)\.|\.$|\/$/
const isReferenceName = (name: string): boolean => name.startsWith('refs/') && name.length <= 1024 && !refused.test(name)

/** Finds a reference in `packed-refs`; null: it is not there. */
export function packedReference(text: string, name: string): string | null {
  for (let at = text.indexOf(` ${name}\n`); at >= 0; at = text.indexOf(` ${name}\n`, at + 1)) {
    const id = text.slice(Math.max(0, at - 40), at)
    const before = text[at - 41]
    if (/^[0-9a-f]{40}$/.test(id) && (before === undefined || before === '\n')) return id
  }
  return null
}

/** `refs/heads/feature` → `feature`; any other reference in full. */
export const shortName = (name: string): string => (name.startsWith('refs/heads/') ? name.slice('refs/heads/'.length) : name)
