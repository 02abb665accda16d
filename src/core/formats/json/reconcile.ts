import type { JsonValue } from '../../../model/entry.ts'
import { OPEN_ARRAY, OPEN_OBJECT } from '../text/codes.ts'
import { insertItem } from './insert.ts'
import { type Frame, written } from './layout.ts'
import { withItem, withMember, withoutMember } from './members.ts'
import { removeItem } from './remove.ts'
import { memberOf, sameValue } from '../../values.ts'
import { readValue } from './value.ts'
import { nameOf, walkValue } from './walk.ts'

/**
 * The text of a value made to say `value` with as little change as possible: the same value is left as it is spelled,
 * members and elements are changed one by one, so that layout, comments and the order of members stay.
 */
export function reconcile(text: string, value: JsonValue, frame: Frame): string {
  if (sameValue(readValue(text, 'jsonc'), value)) return text
  const kind = text.charCodeAt(0)
  if (Array.isArray(value)) return kind === OPEN_ARRAY ? reconcileElements(text, value, frame) : written(value, frame)
  if (value === null || typeof value !== 'object' || kind !== OPEN_OBJECT) return written(value, frame)
  const { items } = walkValue(text, 0, 'jsonc')
  return reconcileMembers(text, value, new Set([...items.map((item) => nameOf(text, item)), ...Object.keys(value)]), frame)
}

/** Makes each of `names` what it is in `value`, or takes it out when `value` lacks it; all other members stay. */
export function reconcileMembers(text: string, value: JsonValue, names: Iterable<string>, frame: Frame): string {
  let result = text
  for (const name of names) {
    const wanted = memberOf(value, name)
    result = wanted === undefined ? withoutMember(result, name) : withMember(result, name, frame, towards(wanted))
  }
  return result
}

const towards =
  (wanted: JsonValue) =>
  (text: string | null, inner: Frame): string =>
    text === null ? written(wanted, inner) : reconcile(text, wanted, inner)

function reconcileElements(text: string, value: readonly JsonValue[], frame: Frame): string {
  let result = text
  for (const [index, wanted] of value.entries()) {
    const node = walkValue(result, 0, 'jsonc')
    const item = node.items[index]
    result = item
      ? withItem(result, node, item, frame, towards(wanted))
      : insertItem(result, null, (inner) => written(wanted, inner), frame)
  }
  for (let index = walkValue(result, 0, 'jsonc').items.length - 1; index >= value.length; index--) result = removeItem(result, index)
  return result
}
