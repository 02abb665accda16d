import { toml } from '../../../../src/core/formats/toml/format.ts'
import { describeRefusal } from '../../../../src/core/formats/text/place.ts'
import type { EntryChange, FileRefusal } from '../../../../src/model/document.ts'
import type { JsonObject, JsonValue } from '../../../../src/model/entry.ts'
import type { ConfigDocument } from '../../../../src/model/format.ts'

export const PATH = ['mcp_servers']
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? utf8(text) : text)

/** A document that must be readable. */
export function documentOf(text: string | Uint8Array): ConfigDocument {
  const read = toml.read(bytesOf(text), PATH)
  if (!read.ok) throw new Error(`refused: ${describeRefusal(read.refusal)}`)
  return read.document
}

export const isValid = (text: string): boolean => toml.read(utf8(text), PATH).ok

/** The refusal of a document that must be refused. */
export function refusalOf(text: string | Uint8Array): FileRefusal {
  const read = toml.read(bytesOf(text), PATH)
  if (read.ok) throw new Error('it was read')
  return read.refusal
}

export const entriesOf = (text: string | Uint8Array): Record<string, JsonValue> =>
  Object.fromEntries(
    documentOf(text)
      .entries()
      .map(({ name, value }) => [name, value]),
  )

/** Owns every key that an entry of ours can have. */
export const OWNED = ['command', 'args', 'env', 'url', 'http_headers']
export const set = (name: string, value: JsonObject, owned: readonly string[] = OWNED): EntryChange => ({ kind: 'set', name, value, owned })
export const remove = (name: string): EntryChange => ({ kind: 'remove', name })

/** The text after an edit that the check must accept. */
export function edited(text: string, changes: readonly EntryChange[]): string {
  const document = documentOf(text)
  const edit = document.edit(changes, { bom: 'keep' })
  if (!edit.ok) throw new Error(`refused: ${describeRefusal(edit.refusal)}`)
  const wrong = document.check(edit.bytes, changes, { bom: 'keep' })
  const result = textOf(edit.bytes)
  if (wrong !== null) throw new Error(`the check says: ${wrong}\n${result}`)
  if (edit.changed !== (result !== text)) throw new Error('it does not know whether it changed anything')
  return result
}

export const lines = (...parts: readonly string[]): string => parts.map((part) => `${part}\n`).join('')

/** An entry with everything that ours have. */
export const entry: JsonObject = { command: 'node', args: ['-y', 'C:\\a b\\x.js'], env: { KEY: 'v"1', 'odd name': 'é' } }
