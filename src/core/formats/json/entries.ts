import type { PresentEntry } from '../../../model/document.ts'
import { readValue } from './value.ts'
import type { JsonDocument, Span } from './document.ts'

/**
 * The entries as the client reads them, in the order of the file: of two with one name the last. A value may nest
 * deeper than JSON.stringify or a recursive function can follow.
 */
export function presentEntries(document: JsonDocument): readonly PresentEntry[] {
  const members = document.container?.members ?? []
  const last = new Map(members.map((member, index) => [member.name, index]))
  const times = new Map<string, number>()
  for (const { name } of members) times.set(name, (times.get(name) ?? 0) + 1)
  return members
    .filter((member, index) => last.get(member.name) === index)
    .map(({ name, value }) => ({
      name,
      value: readValue(document.text.slice(value.start, value.end), document.dialect),
      duplicate: (times.get(name) ?? 0) > 1,
    }))
}

/** The place of an entry's value in `document.text`; null if there is none of that name. */
export function entrySpan(document: JsonDocument, name: string): Span | null {
  return document.container?.members.findLast((member) => member.name === name)?.value ?? null
}

/** An entry's value exactly as it is spelled in the file; null when there is none of that name. */
export function entryText(document: JsonDocument, name: string): string | null {
  const span = entrySpan(document, name)
  return span && document.text.slice(span.start, span.end)
}
