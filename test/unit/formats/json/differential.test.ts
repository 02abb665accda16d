import fc from 'fast-check'
import { type ParseError, parse } from 'jsonc-parser'
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../../src/core/formats/json/read.ts'
import { documentText } from './jsonc-text.ts'
import { textOf, utf8 } from './situation.ts'
import type { Dialect } from '../../../../src/core/formats/json/document.ts'
import { runs } from '../../../support/runs.ts'

const RUNS = runs(200)

/** Our verdict on the text alone: what its shape or its names are refused for comes behind that. */
function readable(text: string, dialect: Dialect): boolean {
  const read = readDocument(utf8(text), { path: ['mcpServers'], dialect })
  if (read.ok) return !read.document.blank
  return !['syntax', 'comment', 'trailing-comma', 'encoding'].includes(read.refusal.code)
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return false
  }
}

function jsoncParses(text: string): boolean {
  const errors: ParseError[] = []
  parse(text, errors, { allowTrailingComma: true })
  return errors.length === 0
}

const scraps = [
  '',
  ' ',
  '\n',
  ',',
  ',,',
  '}',
  '{',
  '[',
  ']',
  '"',
  ':',
  '\\',
  '/',
  '//',
  '/*',
  '*/',
  '-',
  '+',
  '0',
  '1',
  '.',
  'e',
  'E5',
  'true',
  'nul',
  'NaN',
  "'",
  '\t',
  '\u0001',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\\u12',
  '\\x',
  '#',
  '\u000c',
]
const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...scraps)), { minLength: 1, maxLength: 3 })

const damaged = (text: string, cuts: readonly (readonly [at: number, length: number, scrap: string])[]): string =>
  cuts.reduce((now, [at, length, scrap]) => {
    const from = now.length === 0 ? 0 : at % now.length
    return now.slice(0, from) + scrap + now.slice(from + length)
  }, text)

/** As it comes back from its bytes: without a mark that a reader takes off, without halves of characters. */
const whole = (text: string): string => textOf(utf8(text)).replace(/^\ufeff+/, '')

describe('a damaged document', () => {
  for (const dialect of ['strict', 'jsonc'] as const) {
    it(`from ${dialect} is read exactly where JSON.parse reads it, by the strict reader`, () => {
      fc.assert(
        fc.property(documentText(dialect), damage, ({ text }, cuts) => {
          const broken = whole(damaged(text, cuts))
          expect(readable(broken, 'strict')).toBe(parses(broken))
        }),
        { numRuns: RUNS },
      )
    })

    it(`from ${dialect} is read exactly where jsonc-parser reads it, by the other`, () => {
      fc.assert(
        fc.property(documentText(dialect), damage, ({ text }, cuts) => {
          const broken = whole(damaged(text, cuts))
          expect(readable(broken, 'jsonc')).toBe(jsoncParses(broken))
        }),
        { numRuns: RUNS },
      )
    })
  }

  it('made of scraps alone is judged the same', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...scraps, '{}', '[1]', '"a":1'), { maxLength: 8 }), (parts) => {
        const text = whole(parts.join(''))
        expect(readable(text, 'strict')).toBe(parses(text))
        expect(readable(text, 'jsonc')).toBe(jsoncParses(text))
      }),
      { numRuns: RUNS * 2 },
    )
  })
})
