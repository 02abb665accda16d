import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const parts = async (args: object) =>
  (await place.call('read_file', { path: 'f', ...args })).content.map((part) => (part.type === 'text' ? part.text : part.mimeType))
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('an offset beyond the end', () => {
  it.each([
    ['a\nb\n', 2, 2],
    ['a\nb\n', 9, 2],
    ['a\nb', 2, 2],
    ['a\nb', 7, 2],
    ['a', 1, 1],
    ['\n', 1, 1],
    ['x\n'.repeat(300_000), 300_000, 300_000],
    ['x\n'.repeat(300_000), 999_999, 300_000],
  ])('number %#: no text, and how many lines there are', async (text, offset, lines) => {
    for (const bytes of [Buffer.from(text), utf16(text)]) {
      place.put('f', bytes)
      for (const args of [{ offset }, { offset, limit: 3 }])
        expect(await parts(args)).toEqual([
          '',
          `[The file has ${lines} line${lines === 1 ? '' : 's'}; offset ${offset} is beyond the last one.]`,
        ])
    }
  })
  it('the last line itself is read and numbered, and an empty file says nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('', 'a', 'bc'), { minLength: 1, maxLength: 9 }), fc.boolean(), async (lines, end) => {
        const text = lines.join('\n') + (end ? '\n' : '')
        const count = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
        place.put('f', text)
        const last = await parts({ offset: Math.max(0, count - 1) })
        expect(last.slice(1)).toEqual(count < 2 ? [] : [`[lines ${count}–${count} of ${count}]`])
        if (text !== '') expect((await parts({ offset: count }))[1]).toContain(`has ${count} line`)
      }),
      { numRuns: runs(15) },
    )
    place.put('f', '')
    expect(await parts({ offset: 3 })).toEqual([''])
  })
})

describe('a file that is not UTF-8', () => {
  it('is shown, and that its bytes are shown as U+FFFD is reported', async () => {
    place.put('f', latin1('grüße\nzwei\n'))
    const note = expect.stringMatching(/^\[The file is not UTF-8: .*U\+FFFD/)
    expect(await parts({})).toEqual(['gr\ufffd\ufffde\nzwei\n', note])
    expect(await parts({ limit: 1 })).toEqual([
      'gr\ufffd\ufffde\n',
      expect.stringMatching(/U\+FFFD.*\n\[lines 1–1 of 2; offset 1 goes on\]$/),
    ])
    expect(await parts({ offset: 1 })).toEqual(['zwei\n', '[lines 2–2 of 2]'])
    expect(await place.ok('read_files', { paths: ['f'] })).toMatch(/zwei\n\[The file is not UTF-8/)
  })
  it('a cut is reported too, last', async () => {
    place.put('f', latin1('grüße\n'.repeat(300_000)))
    expect((await parts({}))[1]).toMatch(/^\[The file is not UTF-8[^\n]*\]\n\[lines 1–\d+ of 300000; offset \d+ goes on\]$/)
  })
  it('one that really holds U+FFFD is UTF-8', async () => {
    place.put('f', 'a\ufffdb')
    expect(await parts({})).toEqual(['a\ufffdb'])
  })
})
