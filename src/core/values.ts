import type { EntryChange, PresentEntry } from '../model/document.ts'
import type { JsonValue } from '../model/entry.ts'

/** Whether two values say the same; the order of members does not count, that of elements does. */
export function sameValue(a: JsonValue, b: JsonValue): boolean {
  const open: [JsonValue, JsonValue][] = [[a, b]]
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [x, y] = pair
    if (x === y) continue
    if (x === null || y === null || typeof x !== 'object' || typeof y !== 'object') return false
    if (Array.isArray(x) !== Array.isArray(y)) return false
    const names = Object.keys(x)
    if (names.length !== Object.keys(y).length) return false
    for (const name of names) {
      const mine = memberOf(x, name)
      const theirs = memberOf(y, name)
      if (mine === undefined || theirs === undefined) return false
      open.push([mine, theirs])
    }
  }
  return true
}

/** An own member of an object or array; never anything inherited. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

/** Computes from values alone the entries that a client must find afterwards. */
export function expectedEntries(before: readonly PresentEntry[], changes: readonly EntryChange[]): Map<string, JsonValue> {
  const entries = new Map(before.map((entry) => [entry.name, entry.value]))
  for (const change of changes) {
    if (change.kind === 'remove') {
      entries.delete(change.name)
      continue
    }
    const was = entries.get(change.name)
    if (was === undefined || was === null || typeof was !== 'object' || Array.isArray(was)) {
      entries.set(change.name, change.value)
      continue
    }
    const members = new Map(Object.entries(was))
    for (const key of change.owned) {
      const value = memberOf(change.value, key)
      if (value === undefined) members.delete(key)
      else members.set(key, value)
    }
    entries.set(change.name, Object.fromEntries(members))
  }
  return entries
}
