import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redaction } from '../../../src/bridge/base/redaction.ts'

const DOTS = '••••••••'
async function knowing(...keys: string[]): Promise<Redaction> {
  const redaction = new Redaction(() => Promise.resolve(keys))
  await redaction.ready()
  return redaction
}
const key = 'SECRET-key-1234567890/+="x"'
const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), Buffer.from(key).toString('base64').replace(/=+$/, '')]

describe('a text with keys', () => {
  it.each(forms)('has dots where %s was', async (form) => {
    expect((await knowing(key)).text(`a ${form} b ${form}`)).toBe(`a ${DOTS} b ${DOTS}`)
  })
  it('where two of them overlap has dots for both', async () => {
    expect((await knowing('abcdefgh12', 'gh12345678')).text('<abcdefgh12345678>')).toBe(`<${DOTS}>`)
    expect((await knowing('abcdefghij', 'abcdefgh')).text('<abcdefghij><abcdefgh>')).toBe(`<${DOTS}><${DOTS}>`)
    expect((await knowing('abababab')).text('<abababababa>')).toBe(`<${DOTS}a>`)
  })
  it('has dots for tokens, also where one begins in another', async () => {
    const token = `mtw_${'A'.repeat(43)}`
    const all = await knowing()
    expect(all.text(`<${token}>`)).toBe(`<${DOTS}>`)
    expect(all.text(`<mtw_${token}>`)).toBe(`<${DOTS}>`)
    expect(all.text('mtw_short')).toBe('mtw_short')
  })
  it('is left alone where a key is too short to be one', async () => {
    expect((await knowing('short')).text('a short text')).toBe('a short text')
  })
  it('hides a key that reaches into a part of it', async () => {
    const redaction = await knowing(key)
    const text = `before ${key} after`
    const [start, end] = [7, 7 + key.length]
    for (let from = 0; from < text.length; from++)
      for (let to = from + 1; to <= text.length; to++) {
        const inside = from < end && to > start
        const expected = inside ? text.slice(from, Math.max(from, start)) + DOTS + text.slice(Math.min(end, to), to) : text.slice(from, to)
        expect(redaction.part(text, from, to)).toBe(expected)
      }
  })
  it('of any kind keeps nothing of them', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 12 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 80 })
    return fc.assert(
      fc.asyncProperty(fc.array(letters, { minLength: 1, maxLength: 4 }), text, async (keys, text) => {
        const clean = (await knowing(...keys)).text(text)
        // What stays and what goes, character by character.
        const gone = [...text].map((_, at) =>
          keys.some((each) => occurrences(text, each).some((start) => start <= at && at < start + each.length)),
        )
        expect(clean.replaceAll('•', '')).toBe([...text].filter((_, at) => !gone[at]).join(''))
      }),
    )
  })
})

function occurrences(text: string, key: string): number[] {
  const found: number[] = []
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) found.push(at)
  return found
}

describe('a text that continues', () => {
  it.each(forms)('may begin %s with each beginning of at least four characters', async (form) => {
    const redaction = await knowing(key)
    for (let length = 4; length < form.length; length++) expect(redaction.begun(`text ${form.slice(0, length)}`)).toBe(length)
    expect(redaction.begun(`text ${form.slice(0, 3)}`)).toBe(0)
    expect(redaction.begun('an ordinary prompt: ')).toBe(0)
    expect(redaction.begun('')).toBe(0)
  })
  it('has a whole key behind it', async () => {
    expect((await knowing(key)).begun(key)).toBe(0)
    expect((await knowing('abcdefgh', 'abcdefghij')).begun('abcdefgh')).toBe(8)
  })
  it('may begin a token', async () => {
    const redaction = await knowing()
    expect(redaction.begun(`x mtw_${'A'.repeat(20)}`)).toBe(24)
    expect(redaction.begun(`x mtw_${'A'.repeat(43)}`)).toBe(0)
    expect(redaction.begun('mtw')).toBe(0)
  })
  it('does not tell who guesses a key character by character which guess was right', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const secret = `sk-x-${randomBytes(30).toString('base64url')}`
    const redaction = await knowing(secret)
    const held = (guess: string) => redaction.begun(guess) === guess.length
    for (let known = 8; known < 30; known += 7) {
      const right = secret.slice(0, known)
      const next = [...alphabet].filter((each) => held(right + each))
      expect(next).toContain(secret[known])
      expect(next.length).toBeGreaterThan(3)
      // A wrong guess that is held goes on as the right one does.
      const wrong = next.filter((each) => each !== secret[known])
      expect(wrong.some((each) => [...alphabet].some((more) => held(right + each + more)))).toBe(true)
    }
  })
})

describe('much text and many keys', () => {
  // Work that grew with the square of anything here would take minutes.
  it('of several kB, that repeat themselves, in 64 KiB that nearly hold them', async () => {
    const keys = Array.from({ length: 300 }, (_, n) => `${'a'.repeat(3000)}${n}`)
    const redaction = await knowing(...keys)
    const text = `${'a'.repeat(65_000)}299${'a'.repeat(2999)}`
    expect(redaction.text(text).endsWith(`${DOTS}${'a'.repeat(2999)}`)).toBe(true)
    expect(redaction.begun(text)).toBe(2999)
    expect((await knowing('a'.repeat(4000))).text('a'.repeat(1_000_000))).toBe(DOTS)
    expect((await knowing('a'.repeat(8))).text('aaaaaaaab'.repeat(200_000))).toBe(`${DOTS}b`.repeat(200_000))
  }, 60_000)
})
