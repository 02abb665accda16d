import type { JsonValue } from '../../model/entry.ts'
import { reveal, type Secret } from '../../model/secret.ts'
import { mapTexts } from '../object.ts'
import { beforeTemplate, escapeTemplates, fillTemplates } from './template.ts'

/** A shorter key is found in words that only look like it. */
const SHORTEST = 8

/** A value without its keys. `keys`: names of those that were in it; in it they are written as in a manifest. */
export interface WithoutKeys {
  readonly value: JsonValue
  readonly keys: string[]
}

/** Replaces keys in the texts of a value by their names; null: there is none in it. */
export function withoutKeys(value: JsonValue, keys: ReadonlyMap<string, Secret>): WithoutKeys | null {
  const names = new Map([...keys].map(([name, key]) => [reveal(key), name] as const).filter(([key]) => key.length >= SHORTEST))
  if (names.size === 0) return null
  // Of two keys that begin alike the longer one is meant.
  const longestFirst = [...names.keys()].sort((one, other) => other.length - one.length)
  const pattern = new RegExp(longestFirst.map((key) => key.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g')
  const found = new Set<string>()
  const named = mapTexts(value, (text) => {
    let all = ''
    let from = 0
    for (const { 0: key, index } of text.matchAll(pattern)) {
      const name = names.get(key) ?? ''
      found.add(name)
      all += `${beforeTemplate(escapeTemplates(text.slice(from, index)))}\${secret:${name}}`
      from = index + key.length
    }
    return all + escapeTemplates(text.slice(from))
  })
  return found.size === 0 ? null : { value: named as JsonValue, keys: [...found] }
}

/** The value with its keys again; a key that is not known is `<NAME>`. */
export const withKeys = (value: JsonValue, keys: ReadonlyMap<string, Secret>): JsonValue =>
  mapTexts(value, (text) =>
    fillTemplates(text, (_kind, name) => {
      const key = keys.get(name)
      return key === undefined ? `<${name}>` : reveal(key)
    }),
  ) as JsonValue
