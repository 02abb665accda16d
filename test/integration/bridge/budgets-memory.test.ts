import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import type { CallResult } from '../../../src/bridge/contract/pipeline.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
const odd = '"'.repeat(500)

beforeAll(async () => {
  place = desk()
  await place.ok('memory_set', { key: 'big', value: 'lorem ipsum '.repeat(18_000), rationale: 'because '.repeat(650), tags: ['a', 'b'] })
  await place.ok('memory_set', { key: 'list', value: Array.from({ length: 20_000 }, (_, at) => at) })
  await place.ok('memory_set', { key: 'why', value: 7, rationale: 'since '.repeat(30_000) })
  const tags = Array.from({ length: limits.memoryTags }, (_, at) => `${odd}${at}`)
  await place.ok('memory_set', { key: odd, value: '\n'.repeat(100_000), rationale: '\n'.repeat(100_000), tags })
  for (let at = 0; at < 15; at++) await place.ok('memory_set', { key: odd, namespace: `${odd}${at}`, value: at })
})
afterAll(() => place.close())

const sizesOf = ({ content, structuredContent }: CallResult) => ({
  words: content.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0),
  data: Buffer.byteLength(JSON.stringify(structuredContent)),
})

const budgets = [1, 2, 4, 8, 20, 30, 45, 79, 80, 81, 100, 150, 300, 800, 1300, 5000, 20_000, undefined]

describe('memory_get of more than its answer holds', () => {
  it('names the size of the value, shows a part of the rationale, and tells the call for more', async () => {
    const answer = await place.call('memory_get', { key: 'big', max_tokens: 200 })
    const said = textOf(answer)
    expect(said).toMatch(/^big \(shared, version 1, by tester, [^\n]*tags a, b\)\nRationale:\n> because /)
    expect(said).toMatch(/\nValue \(216002 bytes\):\n> lorem ipsum/)
    const note =
      /\[Left out: the rest of the value \((\d+) tokens\), the rest of the rationale \(\d+ tokens\)\. memory_get \{"key":"big","max_tokens":(\d+)\} shows more\.\]/
    const [, rest, more] = note.exec(said) ?? []
    expect(Number(rest), said).toBeGreaterThan(53_000)
    expect(answer.structuredContent).toMatchObject({ found: true, cut: true, bytes: 216_002, tags: ['a', 'b'] })
    expect(answer.structuredContent?.rationale).toMatch(/^because /)
    expect(answer.structuredContent?.value_text).toMatch(/^"lorem/)
    const all = await place.data('memory_get', { key: 'big', max_tokens: Number(more) })
    expect(all).toMatchObject({ value: 'lorem ipsum '.repeat(18_000), rationale: 'because '.repeat(650) })
  })

  it('says so by default too', async () => {
    const said = await place.ok('memory_get', { key: 'list' })
    expect(said).toMatch(/\[Left out: the rest of the value \(\d+ tokens\)\. memory_get \{"key":"list","max_tokens":\d+\} shows more\.\]/)
  })

  it('shows a short value whole beside a long rationale', async () => {
    const answer = await place.call('memory_get', { key: 'why', max_tokens: 1000 })
    expect(textOf(answer)).toContain('\nValue (1 bytes):\n> 7\n[Left out: the rest of the rationale (')
    expect(answer.structuredContent).toMatchObject({ value: 7 })
  })

  it.each([
    ['a long text', 'big'],
    ['a long list', 'list'],
    ['a long rationale', 'why'],
    ['long in all that it has', odd],
  ])('keeps each budget by itself, so that nothing is cut behind it: %s', async (_, key) => {
    for (const most of budgets) {
      const answer = await place.call('memory_get', { key, ...(most !== undefined && { max_tokens: most }) })
      const { words, data } = sizesOf(answer)
      expect(words, `${most}`).toBeLessThanOrEqual((most ?? limits.answerTokens) * 4)
      expect(data, `${most}`).toBeLessThanOrEqual((most ?? limits.answerTokens) * 4)
      expect(textOf(answer), `${most}`).not.toContain('[Cut: ')
      if ((most ?? limits.answerTokens) >= 100) expect(textOf(answer), `${most}`).toContain('[Left out: ')
      expect(answer.structuredContent, `${most}`).not.toHaveProperty('tokens')
    }
  })
})
