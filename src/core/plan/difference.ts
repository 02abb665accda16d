import type { Entry, Unreadable } from '../../model/entry.ts'
import type { FieldChange } from '../../model/field-change.ts'
import { DOTS, maskEntry } from '../keys/spans.ts'

/** One field of an entry: its text as it may be shown, and its value, which may be a key. */
interface Field {
  readonly shown: string
  readonly value: string
}

function fieldsOf(entry: Entry | Unreadable | null): Map<string, Field> {
  const fields = new Map<string, Field>()
  if (entry === null) return fields
  if ('unreadable' in entry) return fields.set('entry', { shown: entry.unreadable, value: '' })
  const masked = maskEntry(entry)
  const put = (name: string, shown: unknown, value: unknown): unknown =>
    fields.set(name, { shown: JSON.stringify(shown), value: JSON.stringify(value) })
  const texts = (part: 'env' | 'headers', values: Readonly<Record<string, string>>): void => {
    for (const name of Object.keys(values).sort()) fields.set(`${part}.${name}`, { shown: DOTS, value: values[name] ?? '' })
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
 * The fields in which two entries differ, fit to be shown: keys as dots, and so is every variable and header, since nobody
 * knows what they are to their owner. Null: there is no entry.
 */
export function fieldChanges(before: Entry | Unreadable | null, after: Entry | Unreadable | null): FieldChange[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const [from, to] = [was.get(field), is.get(field)]
    return from?.value === to?.value && (from === undefined) === (to === undefined)
      ? []
      : [{ field, before: from?.shown ?? null, after: to?.shown ?? null }]
  })
}
