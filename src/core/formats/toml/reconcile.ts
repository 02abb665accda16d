import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { OPEN_ARRAY, OPEN_OBJECT } from '../text/codes.ts'
import { memberOf, sameValue } from '../../values.ts'
import { insertItem, removeItem } from './items.ts'
import { spelling } from './parse.ts'
import { itemsOf } from './values.ts'
import { pairText, valueText } from './write.ts'

/** An object that stands for a table, and not for a value of TOML's own. */
export const isMap = (value: JsonValue): value is JsonObject => isObject(value) && spelling(value) === null

/** The text of a value made to say `wanted`: what is the same in it stays as it is spelled, comments included. */
export function reconciled(text: string, now: JsonValue, wanted: JsonValue, eol: string): string {
  if (sameValue(now, wanted)) return text
  const open = text.charCodeAt(0)
  if (open === OPEN_ARRAY && Array.isArray(now) && Array.isArray(wanted)) return reconciledElements(text, now, wanted, eol)
  if (open === OPEN_OBJECT && isMap(now) && isMap(wanted)) return reconciledMembers(text, now, wanted, eol)
  return valueText(wanted)
}

function reconciledElements(text: string, now: readonly JsonValue[], wanted: readonly JsonValue[], eol: string): string {
  let result = text
  for (const [index, shall] of wanted.entries()) {
    const item = itemsOf(result, 0)[index]
    const is = now[index]
    result =
      item && is !== undefined
        ? withValue(result, item, reconciled(textOf(result, item), is, shall, eol))
        : insertItem(result, valueText(shall), eol)
  }
  for (let index = now.length - 1; index >= wanted.length; index--) result = removeItem(result, index)
  return result
}

function reconciledMembers(text: string, now: JsonObject, wanted: JsonObject, eol: string): string {
  // Dotted keys inside: their members are not distinguished here.
  if (itemsOf(text, 0).some(({ names }) => names.length > 1)) return valueText(wanted)
  let result = text
  for (const [name, shall] of Object.entries(wanted)) {
    const item = itemsOf(result, 0).find(({ names }) => names[0] === name)
    const is = memberOf(now, name)
    result =
      item && is !== undefined
        ? withValue(result, item, reconciled(textOf(result, item), is, shall, eol))
        : insertItem(result, pairText([name], shall), eol)
  }
  for (const name of Object.keys(now)) {
    const index = itemsOf(result, 0).findIndex(({ names }) => names[0] === name)
    if (memberOf(wanted, name) === undefined && index >= 0) result = removeItem(result, index)
  }
  return result
}

type ValueSpan = { readonly valueStart: number; readonly valueEnd: number }
const textOf = (text: string, item: ValueSpan): string => text.slice(item.valueStart, item.valueEnd)
const withValue = (text: string, item: ValueSpan, value: string): string =>
  text.slice(0, item.valueStart) + value + text.slice(item.valueEnd)
