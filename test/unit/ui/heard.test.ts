import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heardBy } from '../../../src/ui/heard.ts'

const KEY = 'heard-key-1f2e3d4c5b6a7988'

/** Hears these pieces; `ends`: the program ended behind them. */
function heard(pieces: readonly string[], keys: readonly string[] = [KEY], ends = true): string[] {
  const lines: string[] = []
  const hears = heardBy(keys, 6, (more) => lines.push(...more))
  for (const piece of pieces) hears.push(piece)
  if (ends) hears.end()
  return lines
}

describe('what a program says', () => {
  it('is told line by line as soon as a line ends, and at its end whatever is left', () => {
    expect(heard(['one\ntw', 'o\r\n\nthr'], [KEY], false)).toEqual(['one', 'two'])
    expect(heard(['one\ntw', 'o\r\n\nthr'])).toEqual(['one', 'two', 'thr'])
  })

  it('is told at once, even where it ends as a key begins', () => {
    for (const line of ['h', 'hear', 'with h']) expect(heard([`${line}\n`], [KEY], false)).toEqual([line])
  })

  it('never holds a key, in whatever pieces it comes', () =>
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), fc.constantFrom('', '\n'), (cuts, between) => {
        const text = `a line\nkey=${KEY.slice(0, 12)}${between}${KEY.slice(12)}; done\nlast\n`
        const at = [0, ...cuts.sort((one, other) => one - other), text.length]
        const said = heard(at.map((from, nth) => text.slice(from, at[nth + 1]))).join('\n')
        expect(said.replaceAll('\n', '')).not.toContain(KEY)
        for (const part of [KEY.slice(0, 12), KEY.slice(12)]) expect(said).not.toContain(part)
        expect(said).toContain('; done')
      }),
    ))

  it('never holds a key that stands in many lines', () => {
    const lines = heard(
      ['-----BEGIN A-----\nabcdefgh\n', 'ijklmnop\n-----END A-----\nafter\n'],
      ['-----BEGIN A-----\nabcdefgh\nijklmnop\n-----END A-----'],
    )
    expect(lines.join('\n')).not.toMatch(/abcdefgh|ijklmnop/)
    expect(lines.at(-1)).toBe('after')
  })

  it('is told up to a limit, and no more', () => {
    const many = heard(Array.from({ length: 2000 }, (_, nth) => `line ${nth}\n`))
    expect(many).toHaveLength(500)
    expect(many.at(-1)).toBe('… more is not shown')
    const long = heard(Array.from({ length: 100 }, () => 'x'.repeat(1999)).map((line) => `${line}\n`))
    expect(long.join('').length).toBeLessThan(66 * 1024)
    expect(long.at(-1)).toBe('… more is not shown')
    const endless = heard(
      Array.from({ length: 200 }, () => 'x'.repeat(1000)),
      [KEY],
      false,
    )
    expect(endless[0]).toBe(`${'x'.repeat(2000)}…`)
  })
})
