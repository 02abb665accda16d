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
  for (const value of ['first', 'lorem '.repeat(30_000), 'third']) await place.ok('memory_set', { key: 'often', value, rationale: 'so' })
  await place.ok('memory_delete', { key: 'often' })
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
    expect(textOf(answer)).toContain('\nValue (1 byte):\n> 7\n[Left out: the rest of the rationale (')
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

/** The answer to the call that a text names. */
async function called(said: string, from: Desk = place): Promise<CallResult> {
  const [, tool = '', args = ''] = /\. (\w+) (\{.*\}) shows more\.\]/.exec(said) ?? []
  return from.call(tool, JSON.parse(args))
}

describe('memory_search of more than its answer holds', () => {
  it('shows short entries whole and as much of the long ones, which it names with what is left of them', async () => {
    const answer = await place.call('memory_search', { query: 'lorem because', max_tokens: 2000, limit: 2 })
    const said = textOf(answer)
    expect(said).toMatch(
      /^Found, best first: \d+\.\n\nbig \(shared, version 1, [^\n]*\)\nThe beginning of 216002 bytes:\n> lorem ipsum[^\n]*\nRationale:\n> because/,
    )
    expect(said).toMatch(/\n\[Left out: the rest of big in shared \(\d+ tokens\)\. memory_search \{.*\} shows more\.\]/)
    expect(answer.structuredContent).toMatchObject({ results: [{ key: 'big', cut: true, bytes: 216_002, tags: ['a', 'b'] }] })
    const all = await called(said)
    expect(textOf(all)).not.toContain('[Left out')
    expect(all.structuredContent).toMatchObject({ results: [{ value: 'lorem ipsum '.repeat(18_000), rationale: 'because '.repeat(650) }] })
  })

  it('names entries of which nothing fits, with their sizes, and counts those beyond twenty', async () => {
    const near = desk()
    try {
      for (let at = 0; at < 100; at++) await near.ok('memory_set', { key: `wide-${at}`, value: `needle ${'x'.repeat(2000)}` })
      const answer = await near.call('memory_search', { query: 'needle', limit: 100, max_tokens: 1000 })
      expect(textOf(answer)).toMatch(/\(\d+ tokens\), wide-\d+ in shared \(\d{3} tokens\), .*\d+ more \(\d{4,} tokens\)\. memory_search/)
      const { results, omitted, omitted_more: more } = Object(answer.structuredContent)
      expect(results.length).toBeGreaterThan(2)
      expect(omitted.at(-1)).toEqual({ namespace: 'shared', key: expect.stringMatching(/^wide-/), tokens: expect.any(Number) })
      expect(more.parts).toBeGreaterThan(50)
    } finally {
      await near.close()
    }
  })
})

describe('a search that finds more than any answer holds', () => {
  const MB = 2 ** 20
  let vast: Desk
  beforeAll(async () => {
    vast = desk()
    await vast.ok('memory_set', { key: 'plain', value: `needle ${'x'.repeat(MB - 200)}` })
    await vast.ok('memory_set', { key: 'lines', value: `needle needle ${'\n'.repeat(MB / 2 - 200)}` })
    await vast.ok('memory_set', { key: 'quotes', value: `needle needle needle ${'"'.repeat(MB / 2 - 200)}` })
  })
  afterAll(() => vast.close())

  it.each([100, 1000, 20_000, 300_000, 399_000, 400_000])(
    'names a call that shows the first entry that is cut, whole: %i',
    async (most) => {
      const said = textOf(await vast.call('memory_search', { query: 'needle', max_tokens: most }))
      const answer = await called(said, vast)
      expect(textOf(answer)).toMatch(/^(?:plain|lines|quotes) \(shared, version 1/)
      expect(textOf(answer)).not.toContain('[Left out')
      expect(answer.structuredContent).toMatchObject({ found: true, value: expect.stringMatching(/^needle /) })
    },
  )

  it('names a call for the rest where so much is not even read', async () => {
    const said = textOf(await vast.call('memory_search', { query: 'needle', max_tokens: 500, limit: 1 }))
    expect((await called(said, vast)).structuredContent).toMatchObject({ results: [{ value: expect.stringMatching(/^needle /) }] })
  })
})

describe('an answer of 100 tokens', () => {
  const code = { client: 'claude-code', session: 'c' }
  const idOf = async (tool: string, args: object): Promise<object> => ({ id: (await place.data(tool, args, code)).id })
  const long = 'lorem '.repeat(5000)

  it.each<[string, () => object | Promise<object>]>([
    ['memory_get', () => ({ key: 'big' })],
    ['memory_search', () => ({ query: 'lorem' })],
    [
      'handoff_read',
      () => idOf('handoff_create', { title: 'T', goal: long, sections: [{ heading: 'H', body: long }], to: 'claude-desktop' }),
    ],
    ['get_action', () => idOf('queue_action', { type: 'execute_from_code', params: { prompt: long }, to: 'claude-desktop' })],
  ])('tells the size of what is left out, and the call for it: %s', async (tool, args) => {
    const said = await place.ok(tool, { ...(await args()), max_tokens: 100 })
    expect(said).toMatch(/\[Left out: .*\d+ tokens\)?\. \w+ \{.*\} shows more\.\]/)
    expect(textOf(await called(said))).not.toContain('[Left out')
  })
})

describe('memory_history of more than its answer holds', () => {
  it('shows short versions whole and as much of the long one, with the call that shows it', async () => {
    const answer = await place.call('memory_history', { key: 'often' })
    const said = textOf(answer)
    expect(said).toMatch(/^Versions, newest first: 4\.\n\nVersion 4 in shared: deleted by tester, [^\n]*\n\noften \(shared, version 3, /)
    expect(said).toContain('\n> first\nRationale:\n> so\n[Left out: the rest of version 2 (')
    expect(answer.structuredContent).toMatchObject({
      ...{ namespace: 'shared', omitted: [{ version: 2, tokens: expect.any(Number) }] },
      versions: [
        { deleted: true },
        { version: 3, value: 'third' },
        { version: 2, cut: true },
        { version: 1, value: 'first', rationale: 'so' },
      ],
    })
    expect((await called(said)).structuredContent).toMatchObject({ found: true, version: 2, value: 'lorem '.repeat(30_000) })
  })
})

describe('entries of any size', () => {
  it.each([
    ['memory_search', { query: 'since lorem because tester', limit: 100 }],
    ['memory_search', { query: '0', limit: 100 }],
    ['memory_history', { key: odd }],
    ['memory_history', { key: 'often' }],
  ])('are never cut behind %s: %j', async (tool, args) => {
    for (const most of tool === 'memory_search' ? budgets : [undefined]) {
      const answer = await place.call(tool, { ...args, ...(most !== undefined && { max_tokens: most }) })
      const { words, data } = sizesOf(answer)
      expect(words, `${most}`).toBeLessThanOrEqual((most ?? limits.answerTokens) * 4)
      expect(data, `${most}`).toBeLessThanOrEqual((most ?? limits.answerTokens) * 4)
      expect(textOf(answer), `${most}`).not.toContain('[Cut: ')
      expect(answer.structuredContent, `${most}`).not.toHaveProperty('tokens')
    }
  })
})
