import type { Entry, Unreadable } from '../../model/entry.ts'
import type { FieldChange } from '../../model/field-change.ts'
import { hasKnownPrefix, isKeyName, looksLikeToken } from '../keys/judge.ts'
import { DOTS, inAddress, inVariable, maskEntry } from '../keys/spans.ts'

/** One field of an entry: its text as it may be shown, and its value, which may be a key. */
interface Field {
  readonly shown: string
  readonly value: string
}

/** A word or three, or a number: what a setting says. */
const setting = /^(?:[A-Za-z]{1,20}(?:[-_., ][A-Za-z]{1,20}){0,2}|-?\d{1,6}(?:\.\d{1,6})?)$/
const place = /^(?:https?:\/\/|~?[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/])[\w./\\ :-]*$/

/** Whether a value is no key by its name and its shape. Whatever is in doubt is taken for one. */
function isPlain(name: string, value: string): boolean {
  if (isKeyName(name) || inVariable(name, value).length > 0) return false
  if (value === '' || setting.test(value)) return true
  const parts = value.split(/[\\/]/)
  return place.test(value) && inAddress(value).length === 0 && !parts.some((part) => looksLikeToken(part) || hasKnownPrefix(part))
}

function fieldsOf(entry: Entry | Unreadable | null, keys: ReadonlySet<string> | null): Map<string, Field> {
  const fields = new Map<string, Field>()
  if (entry === null) return fields
  if ('unreadable' in entry) return fields.set('entry', { shown: entry.unreadable, value: '' })
  const masked = maskEntry(entry)
  const put = (name: string, shown: unknown, value: unknown): unknown =>
    fields.set(name, { shown: JSON.stringify(shown), value: JSON.stringify(value) })
  const texts = (part: 'env' | 'headers', values: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const shown = keys === null || keys.has(name) || !isPlain(name, value) ? DOTS : value || '""'
      fields.set(`${part}.${name}`, { shown, value })
    }
  }
  if (entry.kind === 'remote' && masked.kind === 'remote') {
    put('url', masked.url, entry.url)
    put('transport', entry.transport ?? 'http', entry.transport ?? 'http')
    texts('headers', entry.headers)
  } else if (entry.kind === 'stdio' && masked.kind === 'stdio') {
    put('command', masked.command, entry.command)
    fields.set('args', {
      shown: `[${masked.args.map((word) => JSON.stringify(word)).join(', ')}]`,
      value: JSON.stringify(entry.args),
    })
    texts('env', entry.env)
  }
  return fields
}

/**
 * The fields in which two entries differ, fit to be shown: keys as dots. `keys`: variables and headers that hold a key of the manifest,
 * in an entry of ours. Absent: the entry is somebody else's, so that every variable and header is dots, since nobody knows what
 * they are to their owner. Null: there is no entry.
 */
export function fieldChanges(
  before: Entry | Unreadable | null,
  after: Entry | Unreadable | null,
  keys: ReadonlySet<string> | null = null,
): FieldChange[] {
  const [was, is] = [fieldsOf(before, keys), fieldsOf(after, keys)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const [from, to] = [was.get(field), is.get(field)]
    return from?.value === to?.value && (from === undefined) === (to === undefined)
      ? []
      : [{ field, before: from?.shown ?? null, after: to?.shown ?? null }]
  })
}
