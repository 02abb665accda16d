import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundData, boundWords } from '../../../src/bridge/contract/bound.ts'

const bytes = (text: string): number => Buffer.byteLength(text)
const textOf = (parts: ReturnType<typeof boundWords>): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

describe('an answer that is longer than it may be', () => {
  it('keeps to its room, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.nat(2000), (texts, room) => {
        const content = texts.map((text) => ({ type: 'text', text: text.repeat(20) }) as const)
        expect(bytes(textOf(boundWords(content, room)))).toBeLessThanOrEqual(room)
      }),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 4, max: 500 }), (data, room) => {
        expect(bytes(JSON.stringify(boundData(data, room)))).toBeLessThanOrEqual(room)
      }),
    )
  })

  it('is left as it is where it fits', () => {
    expect(boundWords([{ type: 'text', text: 'abc' }], 3)).toEqual([{ type: 'text', text: 'abc' }])
    expect(boundData({ a: [1, 2] }, 11)).toEqual({ a: [1, 2] })
  })

  it('reports the cut, and keeps the cursor or the end of a command at its end', () => {
    const [cut] = boundWords([{ type: 'text', text: `${'x\n'.repeat(5000)}[cursor 4711]` }], 2000)
    expect(cut?.type === 'text' ? cut.text : '').toMatch(
      /x\n\n?\[Cut: 2504 tokens are more than the 500 of this answer; .*\]\n\[cursor 4711\]$/,
    )
  })

  it('keeps the short fields of its data, and of lists the first items', () => {
    const items = Array.from({ length: 500 }, (_, at) => ({ at, text: 'x'.repeat(20) }))
    const data = boundData({ items, cursor: 7 }, 2000) as { items: unknown[]; cursor: number; cut: boolean }
    expect(data).toMatchObject({ cursor: 7, cut: true })
    expect(data.items.slice(0, 20)).toEqual(items.slice(0, 20))
  })
})
