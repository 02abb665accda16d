import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { Problem } from '../text/problem.ts'
import { spelling } from './parse.ts'

/** Names as one key, bare where TOML allows it. */
const keyText = (names: readonly string[]): string =>
  names.map((name) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : basicString(name))).join('.')

/** `a.b = value` on one line. */
export const pairText = (names: readonly string[], value: JsonValue): string => `${keyText(names)} = ${valueText(value)}`

/** A value as it is written on one line. */
export function valueText(value: JsonValue): string {
  if (typeof value === 'string') return stringText(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value)
  if (value === null) throw new Problem('unwritable', 0, 'the entry holds null, for which TOML has no word')
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  const spelled = spelling(value)
  if (spelled !== null) return checkedSpelling(spelled)
  const members = Object.entries(value).map(([name, each]) => pairText([name], each))
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function checkedSpelling(text: string): string {
  if (/^[-+.:0-9A-Za-z]+$/.test(text)) return text
  throw new Problem('unwritable', 0, 'the entry holds a value that TOML has no word for')
}

/** Windows paths stay readable in a literal string, which knows no escapes. */
const stringText = (text: string): string => (/^[^'\p{Cc}\p{Cs}]*\\[^'\p{Cc}\p{Cs}]*$/u.test(text) ? `'${text}'` : basicString(text))

/** JSON's escapes are all TOML's too; DEL must be escaped as well. */
function basicString(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new Problem('unwritable', 0, 'the entry holds half of a surrogate pair, which is no text')
  return JSON.stringify(text).replace(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A value without the members that are null: TOML says that by leaving them out. */
export function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (each === null ? [] : [[name, withoutNulls(each)]])))
}

/** Is it written as a table of its own? */
export const isSubTable = (value: JsonValue): value is JsonObject =>
  isObject(value) && spelling(value) === null && Object.keys(value).length > 0

/**
 * A table as lines without line breaks. Objects directly in it become sub-tables below it, as Codex's own `mcp add`
 * writes them (seen with codex 0.169): what it writes again stays as it is, and each variable has a line of its own.
 */
export function tableLines(path: readonly string[], table: JsonObject): string[] {
  const members = Object.entries(table)
  return [
    `[${keyText(path)}]`,
    ...members.flatMap(([name, value]) => (isSubTable(value) ? [] : [pairText([name], value)])),
    ...members.flatMap(([name, value]) => (isSubTable(value) ? ['', ...leafLines([...path, name], value)] : [])),
  ]
}

/** A sub-table as lines: what is nested in it stays on its line. */
export const leafLines = (path: readonly string[], table: JsonObject): string[] => [
  `[${keyText(path)}]`,
  ...Object.entries(table).map(([name, value]) => pairText([name], value)),
]
