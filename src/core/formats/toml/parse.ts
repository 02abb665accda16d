import { parse, TomlDate, TomlError } from 'smol-toml'
import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { Problem } from '../text/problem.ts'

/** A value as smol-toml reads it with integers as `bigint`, so that `1` and `1.0` stay two things. */
export type TomlValue = string | number | bigint | boolean | TomlDate | TomlValue[] | TomlTable
export type TomlTable = { [key: string]: TomlValue }

/** The whole text as its program reads it. What is not valid TOML is a Problem with its place; its words never quote the text. */
export function parseToml(text: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The message goes on with the lines around the place, keys included.
    const [words = ''] = error.message.split('\n', 1)
    throw new Problem('syntax', offsetOf(text, error.line, error.column), words.replace('Invalid TOML document', 'not valid TOML'))
  }
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0
  for (let n = 1; n < line; n++) start = text.indexOf('\n', start) + 1
  return Math.min(start + column - 1, text.length)
}

/** The name that a quoted key means. */
export const unquoted = (raw: string): string => (raw.includes('\\') ? (Object.keys(parse(`${raw} = 0`))[0] ?? '') : raw.slice(1, -1))

export const isTable = (value: TomlValue | undefined): value is TomlTable =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate)

/** An own member; never anything inherited. */
export const tableMember = (table: TomlTable, name: string): TomlValue | undefined =>
  Object.hasOwn(table, name) ? Object.getOwnPropertyDescriptor(table, name)?.value : undefined

/** More levels than this are in no config; recursion stays shallow. */
const LEVELS_MAX = 200

/**
 * The name of the one member of an object that stands for a value JSON has no word for: a date, `inf`, `nan`, an integer
 * of more than 53 bits, a float without a fraction. Its value is the spelling, so that it can be written again as it was.
 */
const SPELLED = '\0toml'

/** The TOML spelling that an object stands for; null where it is an object like any other. */
export function spelling(value: JsonValue): string | null {
  const text = isObject(value) && Object.hasOwn(value, SPELLED) ? value[SPELLED] : undefined
  return typeof text === 'string' ? text : null
}

/** A TOML value in the words of JSON, which all that judges entries speaks. */
export function toJson(value: TomlValue, level = 0): JsonValue {
  if (level > LEVELS_MAX) throw new Problem('syntax', 0, `an entry is nested deeper than ${LEVELS_MAX} levels`)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : { [SPELLED]: String(value) }
  }
  if (typeof value === 'number') return Number.isInteger(value) || !Number.isFinite(value) ? { [SPELLED]: floatText(value) } : value
  if (value instanceof TomlDate) return { [SPELLED]: value.isValid() ? value.toISOString() : '' }
  if (Array.isArray(value)) return value.map((each) => toJson(each, level + 1))
  if (Object.hasOwn(value, SPELLED)) throw new Problem('syntax', 0, 'an entry holds a name with a NUL character')
  const made: JsonObject = {}
  for (const [name, each] of Object.entries(value))
    Object.defineProperty(made, name, { value: toJson(each, level + 1), enumerable: true, configurable: true, writable: true })
  return made
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('e') ? text : `${text}.0`
}
