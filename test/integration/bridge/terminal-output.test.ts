import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { Redaction } from '../../../src/bridge/base/redaction.ts'
import { Output } from '../../../src/bridge/terminal/output.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

const key = 'KEY0123456789abcdefghij/+XYZ'
let place: Desk
afterEach(() => place.close())
const guarded = (): Desk => desk({ terminal: 'on', keys: () => Promise.resolve([key]) })

type Data = { output: string; session: string; cut?: boolean; first?: number }
const run = async (command: string, more: object = {}): Promise<Data & { words: string }> => {
  const result = await place.call('execute_command', { command, ...more })
  return { ...(result.structuredContent as Data), words: textOf(result) }
}
/** What a page shows, without what is said about it, and where the next begins. */
async function page(args: { session: string; offset?: number; limit?: number; timeout_ms?: number }) {
  const words = await place.ok('read_output', args)
  const found = /^([\s\S]*)\[\w+ is [^;]*; characters (\d+)–(\d+) of (\d+)[^\]]*\.\]$/.exec(words)
  if (found === null) throw new Error(`not a page: ${words.slice(0, 200)}`)
  return { text: found[1] ?? '', from: Number(found[2]), next: Number(found[3]), total: Number(found[4]), words }
}
/** A piece of a script that waits until the test has put this file. */
const waitFor = (name: string): string => `until [ -e ${name} ]; do sleep 0.05; done`
const pieces = Array.from({ length: key.length - 4 }, (_, at) => key.slice(at, at + 5))
/** No half of a character stands alone in it. */
const isWhole = (text: string): boolean => Buffer.from(text).toString() === text
const demandNoPiece = (text: string) => expect(pieces.filter((piece) => text.includes(piece))).toEqual([])

describe('a key in the output of a session', () => {
  it('does not come out in windows, wherever they begin and end', async () => {
    place = guarded()
    const { session } = await run(`printf 'aaaaaaaaaa${key}bbbb'`, { background: true })
    await expect.poll(() => place.ok('read_output', { session })).toMatch(/ended/)
    for (let offset = 0; offset < 40; offset += 3)
      for (const limit of [1, 2, 7, 20, 30]) demandNoPiece((await page({ session, offset, limit })).text)
    expect(await page({ session, offset: 0, limit: 30 })).toMatchObject({ text: 'aaaaaaaaaa••••••••\n', from: 0, next: 30, total: 42 })
    expect(await page({ session, offset: 11 })).toMatchObject({ text: '••••••••bbbb\n', from: 11, next: 42 })
  })
  it('is never shown in two halves', async () => {
    place = guarded()
    const heard: string[] = []
    const script = `printf 'say ${key.slice(0, 14)}'; ${waitFor('first')}; sleep 0.4; printf '${key.slice(14)} done\\n'; ${waitFor('second')}; echo more`
    const { session } = await run(script, { background: true })
    const call = place.call('execute_command', { command: script }, { progress: (text) => heard.push(text) })
    const first = await page({ session, timeout_ms: 50_000 })
    expect(first).toMatchObject({ text: 'say \n', next: 4 })
    await expect.poll(() => heard.join('')).toBe('say ')
    place.put('first', '')
    const second = await page({ session, timeout_ms: 50_000 })
    expect(second.text).toMatch(/^•{8} done\n/)
    await expect.poll(() => heard.join('')).toMatch(/done\n$/)
    place.put('second', '')
    demandNoPiece(JSON.stringify(await call))
    expect(heard.join('')).toMatch(/^say •{8} done\n/)
  })
  it('is printed in the end if it was only the beginning of a key', async () => {
    place = guarded()
    const begun = key.slice(0, 10)
    const { session } = await run(`printf '${begun}'; ${waitFor('first')}; printf '!'; ${waitFor('second')}; printf '${begun}'`, {
      background: true,
    })
    await expect.poll(async () => (await page({ session, timeout_ms: 0 })).total).toBe(10)
    expect(await page({ session, timeout_ms: 0 })).toMatchObject({
      text: '',
      next: 0,
      total: 10,
      words: expect.stringContaining('; the last 10 may begin a key and come with what follows.]'),
    })
    place.put('first', '')
    expect((await page({ session, timeout_ms: 50_000 })).text).toBe(`${begun}!\n`)
    place.put('second', '')
    expect((await page({ session, timeout_ms: 50_000 })).text).toBe(`${begun}\n`)
  })
  it('does not come out where the output of a command is cut, nor where the oldest of it was dropped', async () => {
    place = guarded()
    // Not a divisor of any bound, so that keys lie across all of them.
    const line = `${key}\n`
    const { session, output, first = 0 } = await run(`yes '${key}' | head -c ${line.length * 400_000}`)
    demandNoPiece(output)
    expect(first).toBeGreaterThan(0)
    for (let offset = first; offset < first + line.length; offset++) demandNoPiece((await page({ session, offset, limit: 50 })).text)
  })
  it('does not come out of a list that shows a beginning of each command', async () => {
    place = guarded()
    const fill = `: ${'x'.repeat(180)}`
    await run(`${fill} ${key}; sleep 60`, { background: true })
    await run(`: ${'x'.repeat(197)}👍; sleep 60`, { background: true })
    const list = await place.call('list_sessions')
    demandNoPiece(JSON.stringify(list))
    expect(isWhole(JSON.stringify(list))).toBe(true)
    expect(isWhole(textOf(list))).toBe(true)
  })
})

describe('characters of two UTF-16 units', () => {
  it('are never split, at once or in pages', async () => {
    place = desk({ terminal: 'on' })
    const { output, words, session } = await run(`printf a; printf '👍%.0s' $(seq 60000)`)
    expect(isWhole(output)).toBe(true)
    expect(isWhole(words)).toBe(true)
    for (const limit of [1, 2, 3, 24_001]) {
      let all = ''
      let offset = 0
      for (let pages = 0; pages < (limit < 10 ? 50 : 100); pages++) {
        const { text, next, from, total } = await page({ session, offset, limit })
        expect(isWhole(text)).toBe(true)
        expect(from).toBe(offset)
        all += text.slice(0, -1)
        if (next === total) break
        expect(next).toBeGreaterThan(offset)
        offset = next
      }
      expect(`a${'👍'.repeat(60_000)}`.startsWith(all)).toBe(true)
      if (limit > 10) expect(all.length).toBe(120_001)
    }
    expect((await page({ session, offset: 2, limit: 4 })).text).toBe('👍👍\n')
    expect((await page({ session, offset: -1 })).text).toBe('👍\n')
  })
  it('are never split in progress messages', async () => {
    place = desk({ terminal: 'on' })
    const heard: string[] = []
    const command = `printf a; printf '👍%.0s' $(seq 3000); ${waitFor('heard')}; printf '👍%.0s' $(seq 3000)`
    await place.call(
      'execute_command',
      { command },
      {
        progress(text) {
          heard.push(text)
          place.put('heard', '')
        },
      },
    )
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.every((text) => isWhole(text))).toBe(true)
  })
})

describe('very long output', () => {
  it('shows its beginning too, and says from where on it can be read', async () => {
    place = desk({ terminal: 'on' })
    const { output, words, session, first = 0 } = await run('seq 1 1500000')
    expect(output).toMatch(/^1\n2\n3\n[\s\S]*\n\[… \d+ characters left out …\]\n[\s\S]*\n1500000\n$/)
    expect(output.indexOf('[…')).toBe(limits.outputCharacters / 4 + 1)
    expect(words).toContain(
      `[The output from character ${first} on, since no more is kept: read_output with session ${session}, offset ${first}.]`,
    )
    expect(await page({ session, offset: 0, limit: 10 })).toMatchObject({
      from: first,
      words: expect.stringContaining(`before ${first} is no longer kept`),
    })
    expect((await page({ session, offset: first, limit: 10 })).words).not.toContain('no longer kept')
    const left = Number(/\[… (\d+) characters/.exec(output)?.[1])
    const shown = output.replace(/\n\[….*…\]\n/, '').length
    expect(left + shown).toBe((await page({ session, offset: -1 })).total)
  })
  it('is reported as complete where all of it was kept', async () => {
    place = desk({ terminal: 'on' })
    const { words, session } = await run('seq 1 50000')
    expect(words).toContain(`[All of the output: read_output with session ${session}, offset 0.]`)
    expect((await page({ session, offset: 0, limit: 10 })).text).toMatch(/^1\n2\n/)
  })
})

describe('output in any pieces, read in any windows', () => {
  it('is the whole without its keys', () => {
    place = desk()
    const part = fc.oneof(fc.constant(key), fc.constantFrom(key.slice(0, 9), key.slice(4), 'plain ', '👍', 'ä\n', 'KEY0'))
    return fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(12), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        async (parts, cuts, limit) => {
          const redaction = new Redaction(() => Promise.resolve([key]))
          await redaction.ready()
          const output = new Output('plain', redaction)
          const bytes = Buffer.from(parts.join(''))
          const got: string[] = []
          const read = () => got.push(output.read(undefined, limit).text)
          let at = 0
          for (const cut of cuts) {
            output.push(bytes.subarray(at, at + cut), 'stdout')
            at += cut
            read()
          }
          output.push(bytes.subarray(at), 'stdout')
          output.finish()
          while (output.unread(undefined)) read()
          expect(got.every((text) => isWhole(text))).toBe(true)
          const plain = (text: string) => text.replaceAll('•', '')
          // Fewer than four characters are not held back.
          expect(plain(got.join('').replace(/KE?Y?(?=•)/g, ''))).toBe(plain(redaction.text(parts.join(''))))
        },
      ),
    )
  })
})
