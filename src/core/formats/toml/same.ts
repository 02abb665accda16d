import { TomlDate } from 'smol-toml'
import { isTable, type TomlTable, type TomlValue, tableMember } from './parse.ts'
import type { TomlText } from './read.ts'

/** Do two documents say the same, the entries named in `ours` aside? A table that held nothing else may come and go. */
export function sameToml(before: TomlText, after: TomlText, ours: ReadonlySet<string>): boolean {
  let [a, b] = [before.root, after.root]
  for (const name of before.path) {
    if (!sameMembers(a, b, new Set([name]))) return false
    const [x, y] = [tableMember(a, name) ?? {}, tableMember(b, name) ?? {}]
    if (!isTable(x) || !isTable(y)) return false
    a = x
    b = y
  }
  return sameMembers(a, b, ours)
}

const sameMembers = (a: TomlTable, b: TomlTable, without: ReadonlySet<string>): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (name) => without.has(name) || same(tableMember(a, name), tableMember(b, name)),
  )

/** Without recursion: a file may nest deeper than the stack. */
function same(one: TomlValue | undefined, other: TomlValue | undefined): boolean {
  const open: [TomlValue | undefined, TomlValue | undefined][] = [[one, other]]
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [a, b] = pair
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false
      for (const [index, element] of a.entries()) open.push([element, b[index]])
    } else if (isTable(a) && isTable(b)) {
      const names = Object.keys(a)
      if (names.length !== Object.keys(b).length) return false
      for (const name of names) open.push([tableMember(a, name), tableMember(b, name)])
    } else if (a instanceof TomlDate && b instanceof TomlDate) {
      if (a.toISOString() !== b.toISOString()) return false
    } else if (!Object.is(a, b)) return false
  }
  return true
}
