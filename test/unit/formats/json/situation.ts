import { checkEdit, editEntries } from '../../../../src/core/formats/json/edit.ts'
import { describeRefusal } from '../../../../src/core/formats/text/place.ts'
import { readDocument } from '../../../../src/core/formats/json/read.ts'
import type { EntryChange, FileRefusal } from '../../../../src/model/document.ts'
import type { JsonObject } from '../../../../src/model/entry.ts'
import type { Dialect, JsonDocument } from '../../../../src/core/formats/json/document.ts'

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)

export interface Situation {
  readonly path?: readonly string[]
  readonly dialect?: Dialect
}

const settled = ({ path = ['mcpServers'], dialect = 'jsonc' }: Situation) => ({ path, dialect })

/** A document that must be readable. */
export function documentOf(text: string | Uint8Array, situation: Situation = {}): JsonDocument {
  const read = readDocument(typeof text === 'string' ? utf8(text) : text, settled(situation))
  if (!read.ok) throw new Error(`refused: ${describeRefusal(read.refusal)}`)
  return read.document
}

/** The refusal of a document that must be refused. */
export function refusalOf(text: string | Uint8Array, situation: Situation = {}): FileRefusal {
  const read = readDocument(typeof text === 'string' ? utf8(text) : text, settled(situation))
  if (read.ok) throw new Error('it was read')
  return read.refusal
}

/** Owns every key that an entry of ours can have. */
export const set = (name: string, value: JsonObject, owned: readonly string[] = ['command', 'args', 'env']): EntryChange => ({
  kind: 'set',
  name,
  value,
  owned: [...new Set([...owned, ...Object.keys(value)])],
})
export const remove = (name: string): EntryChange => ({ kind: 'remove', name })

/** The text after an edit that the check must find right. */
export function edited(text: string, changes: readonly EntryChange[], situation: Situation = {}): string {
  const document = documentOf(text, situation)
  const edit = editEntries(document, changes, { bom: 'keep' })
  if (!edit.ok) throw new Error(`refused: ${describeRefusal(edit.refusal)}`)
  const wrong = checkEdit(document, edit.bytes, changes, { bom: 'keep' })
  if (wrong !== null) throw new Error(`the check says: ${wrong}\n${edit.text}`)
  const result = textOf(edit.bytes)
  if (result.replace(/^\ufeff/, '') !== edit.text) throw new Error('bytes and text differ')
  if (edit.changed !== (result !== text)) throw new Error('it does not know whether it changed anything')
  return result
}

/** A small entry. */
export const node = (argument = 'x.js'): JsonObject => ({ command: 'node', args: [argument] })
