import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/**
 * The table of hostile inputs, row by row: the file in which a test carries the row's number in its title. At the end come the rows
 * that are no part of the bridge, or cannot be had.
 */
const rows: readonly (readonly [from: number, to: number, file: string])[] = [
  [1, 16, 'integration/bridge/hostile-files.test.ts'],
  [17, 17, 'e2e/bridge/hostile-races.test.ts'],
  [18, 20, 'integration/bridge/hostile-files.test.ts'],
  [21, 21, 'e2e/bridge/hostile-races.test.ts'],
  [22, 34, 'integration/bridge/hostile-files.test.ts'],
  [35, 35, 'e2e/bridge/serve.test.ts'],
  [36, 36, 'integration/bridge/hostile-files.test.ts'],
  [37, 50, 'integration/bridge/drive.test.ts'],
  [51, 62, 'unit/bridge/blocked.test.ts'],
  [63, 68, 'e2e/bridge/sandbox.test.ts'],
  [69, 72, 'unit/bridge/blocked.test.ts'],
  [73, 74, 'e2e/bridge/sandbox.test.ts'],
  [75, 75, 'integration/bridge/terminal.test.ts'],
  [76, 76, 'e2e/bridge/sandbox.test.ts'],
  [77, 84, 'integration/bridge/terminal.test.ts'],
  [85, 99, 'integration/bridge/http.test.ts'],
  [100, 102, 'integration/bridge/websocket.test.ts'],
  [103, 103, 'integration/bridge/websocket-limits.test.ts'],
  [104, 114, 'integration/bridge/triggers.test.ts'],
  [115, 118, 'integration/files/lock.test.ts'],
  [119, 121, 'integration/bridge/memory.test.ts'],
  [122, 122, 'integration/store/damage.test.ts'],
  [124, 127, 'integration/bridge/calls.test.ts'],
  [128, 133, 'e2e/bridge/hostile-plugins.test.ts'],
]
const elsewhere: readonly (readonly [from: number, to: number, where: string])[] = [
  [123, 123, 'a flipped byte: damage.test.ts where it damages a page; inside a value SQLite, which keeps no checksums, cannot tell'],
  [134, 140, 'packages, no part of the bridge: unit/packages, e2e/packages'],
]

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Numbers in titles: `row 5`, `rows 5 and 6`, `rows 5 to 8`, in a call of `it` or a table of one. */
function titled(file: string): Set<number> {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const titles = text.split('\n').filter((line) => /^\s*(it(\.(each|skipIf).*)?\(|\[)?\s*['"].*\brows? \d/.test(line))
  return new Set(
    titles.flatMap((line) =>
      [...line.matchAll(/\brows? (\d+)(?: (to|and) (\d+))?/g)].flatMap(([, from, word, to]) =>
        to === undefined ? [Number(from)] : word === 'to' ? range(Number(from), Number(to)) : [Number(from), Number(to)],
      ),
    ),
  )
}

describe('the table of hostile inputs', () => {
  it.each(rows)('rows %i to %i have their tests in %s', (from, to, file) => {
    const found = titled(file)
    expect(range(from, to).filter((row) => !found.has(row))).toEqual([])
  })
  it('has no row that is neither tested here nor said to be elsewhere', () => {
    const all = [...rows, ...elsewhere].flatMap(([from, to]) => range(from, to)).sort((one, other) => one - other)
    expect(all).toEqual(range(1, 140))
  })
})
