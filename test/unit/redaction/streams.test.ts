import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redaction } from '../../../src/bridge/base/redaction.ts'
import { Output } from '../../../src/bridge/terminal/output.ts'
import { copies, pem, piecesIn, token } from '../../support/key-copies.ts'
import { runs } from '../../support/runs.ts'

async function knowing(...keys: string[]): Promise<Redaction> {
  const redaction = new Redaction(() => Promise.resolve(keys))
  await redaction.ready()
  return redaction
}
const other = (key: string): string => key.replace(/[a-z0-9]/gi, 'Z')

/** What a reader sees who reads after every piece, in pages of so many characters. */
function read(redaction: Redaction, pieces: readonly Buffer[], page: number): string {
  const output = new Output('plain', redaction)
  let shown = ''
  for (const piece of pieces) {
    output.push(piece, 'stdout')
    shown += output.read(undefined, page).text
  }
  output.finish()
  while (output.unread(undefined)) shown += output.read(undefined, page).text
  return shown
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1)
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

describe('a copy of a key that comes in pieces, read in pages', () => {
  const key = token(24)
  const lines = pem()
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })

  it.each(Object.entries(copies))('does not come out %s', async (_how, copy) => {
    const redaction = await knowing(key)
    const spelled = copy(key)
    // Four characters of the key tell that it is one; those in front of them may be out.
    const enough = 8 + 4 * Math.ceil(spelled.length / key.length)
    const common = copy(other(key))
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 5, 17, 1000), (chunks, page) => {
        const shown = read(redaction, cut(Buffer.from(`{{ ${spelled} }}\n`), chunks), page)
        expect(shown).toMatch(/^\{\{ /)
        expect(shown).toMatch(/ }}\n$/)
        expect(piecesIn(shown, spelled, enough).filter((piece) => piecesIn(common, piece).length === 0)).toEqual([])
      }),
      { numRuns: runs(3) },
    )
  })

  it('does not come out of a key of several lines', async () => {
    const redaction = await knowing(lines)
    for (const end of ['\n', '\r\n', '\n   ', '\\n'])
      fc.assert(
        fc.property(sizes, fc.constantFrom(3, 40, 1000), (chunks, page) => {
          const shown = read(redaction, cut(Buffer.from(lines.replaceAll('\n', end)), chunks), page)
          const body = lines.split('\n').slice(1, -2)
          expect(body.filter((line) => line.length >= 12 && piecesIn(shown, line, 12).length > 0)).toEqual([])
        }),
        { numRuns: runs(3) },
      )
  })
})
