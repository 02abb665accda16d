import { placeOf } from '../text/place.ts'
import { skipComment, skipString, skipTrivia } from './tokens.ts'
import type { Extra } from '../../../model/document.ts'
import type { ConfigDocument, Format, ReadConfig } from '../../../model/format.ts'
import { checkEdit, editEntries, obstacle } from './edit.ts'
import { presentEntries } from './entries.ts'
import { decode } from '../text/decode.ts'
import { readDocument } from './read.ts'
import type { Dialect, JsonDocument } from './document.ts'

/** More comments and commas than this are the file's style; only the first ones are reported. */
const EXTRAS_MAX = 12

/** Finds the comments and trailing commas of a text that is sound but for them: its program reports the first one only. */
export function strictExtras(text: string): Extra[] {
  const found: Extra[] = []
  const add = (at: number, what: string): void => {
    found.push({ ...placeOf(text, at), what })
  }
  for (let at = 0; at < text.length && found.length < EXTRAS_MAX; ) {
    const sign = text.charAt(at)
    if (sign === '"') at = skipString(text, at)
    else if (sign === '/') {
      add(at, 'a comment')
      at = Math.max(at + 1, skipComment(text, at, 'jsonc'))
    } else {
      if (sign === ',' && /[}\]]/.test(text.charAt(skipTrivia(text, at + 1, 'jsonc')))) add(at, 'a comma too many')
      at++
    }
  }
  return found
}

function read(bytes: Uint8Array | null, path: readonly string[], dialect: Dialect): ReadConfig {
  const result = readDocument(bytes ?? new Uint8Array(), { path, dialect })
  return result.ok ? { ok: true, document: documentOf(result.document) } : result
}

const shared: Omit<Format, 'read'> = {
  extension: 'json',
  isEmpty(bytes, path) {
    const text = new TextDecoder().decode(bytes).replace(/\s/g, '')
    return text === '' || text === '{}' || text === path.reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner}}`, '{}')
  },
  print: (entries, path) => `${JSON.stringify({ [path.at(-1) ?? 'mcpServers']: entries }, null, 2)}\n`,
}

/** JSON with comments and trailing commas. */
export const jsonc: Format = { ...shared, read: (bytes, path) => read(bytes, path, 'jsonc') }

/** JSON with comments, as programs read it that take no trailing comma. */
export const commented: Format = { ...shared, lenient: jsonc, read: (bytes, path) => read(bytes, path, 'commented') }

/** JSON as programs read it that take neither comments nor trailing commas. */
export const json: Format = {
  ...shared,
  lenient: jsonc,
  read(bytes, path) {
    const result = read(bytes, path, 'strict')
    if (result.ok || bytes === null || !['comment', 'trailing-comma'].includes(result.refusal.code)) return result
    const decoded = decode(bytes)
    if (!decoded.ok || !read(bytes, path, 'jsonc').ok) return result
    return { ok: false, refusal: { ...result.refusal, extras: strictExtras(decoded.text) } }
  },
}

const documentOf = (document: JsonDocument): ConfigDocument => ({
  bom: document.bom,
  notices: document.notices,
  container: document.container === null ? 'absent' : 'present',
  entries: () => presentEntries(document),
  obstacle: (change) => obstacle(document, [change]),
  edit: (changes, options) => editEntries(document, changes, options),
  check: (after, changes, options) => checkEdit(document, after, changes, options),
})
