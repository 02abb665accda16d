import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withKeys, withoutKeys } from '../../../src/core/keys/by-name.ts'
import type { JsonValue } from '../../../src/model/entry.ts'
import { Secret } from '../../../src/model/secret.ts'

const keys = new Map([
  ['SHORT', new Secret('pass')],
  ['ONE', new Secret('ghp_one1one1')],
  ['ONE_AND_MORE', new Secret('ghp_one1one1-more')],
  ['ODD', new Secret('a$b{c}(d).*')],
])

describe('an entry without its keys', () => {
  it('names each of them, the longer one of two that begin alike', () => {
    const value = { command: 'x', args: ['--k=ghp_one1one1-more', 'ghp_one1one1', 'pass'], env: { K: 'Bearer a$b{c}(d).*' } }
    expect(withoutKeys(value, keys)).toEqual({
      value: { command: 'x', args: ['--k=${secret:ONE_AND_MORE}', '${secret:ONE}', 'pass'], env: { K: 'Bearer ${secret:ODD}' } },
      keys: ['ONE_AND_MORE', 'ONE', 'ODD'],
    })
  })

  it('is nothing where there is no key in it', () => {
    expect(withoutKeys({ args: ['${secret:ONE}', 'pass'] }, keys)).toBeNull()
    expect(withoutKeys({ args: ['ghp_one1one1'] }, new Map())).toBeNull()
  })

  it('gives the same entry back, whatever stands beside the keys', () => {
    const piece = fc.constantFrom(
      'ghp_one1one1',
      'a$b{c}(d).*',
      '-more',
      '$',
      '$$',
      '{',
      '}',
      '${secret:ONE}',
      '$${path:x}',
      ' ',
      'secret:',
    )
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.record({ args: fc.array(text, { maxLength: 3 }), env: fc.dictionary(text, text, { maxKeys: 2 }) }), (value) => {
        const without = withoutKeys(value as unknown as JsonValue, keys)
        if (without !== null) expect(withKeys(without.value, keys)).toEqual(value)
        expect(JSON.stringify(without?.value ?? '')).not.toContain('ghp_one1one1')
      }),
    )
  })

  it('has the name of a key that nobody knows any more', () => {
    expect(withKeys({ env: { K: 'Bearer ${secret:GONE}' } }, keys)).toEqual({ env: { K: 'Bearer <GONE>' } })
  })
})
