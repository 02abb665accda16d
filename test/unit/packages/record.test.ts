import { describe, expect, it } from 'vitest'
import { meets, sameIntegrity } from '../../../src/core/packages/record.ts'

const digest = (letter: string, length = 86): string => letter.repeat(length)
const GOOD = `sha512-${digest('A')}==`
const EVIL = `sha512-${digest('B')}==`

describe('two integrity texts', () => {
  it.each<[string, string, string, boolean]>([
    ['one digest each, the same', GOOD, GOOD, true],
    ['one digest each, another', GOOD, EVIL, false],
    ['options behind the digest', `${GOOD}?x`, GOOD, true],
    ['the same digests in another order', `${GOOD} ${EVIL}`, `${EVIL} ${GOOD}`, true],
    ['a digest twice', `${GOOD} ${GOOD}`, GOOD, true],
    ['a second digest in front', GOOD, `${EVIL} ${GOOD}`, false],
    ['a second digest behind', GOOD, `${GOOD} ${EVIL}`, false],
    ['a weaker digest besides', GOOD, `sha1-${digest('C', 27)}= ${GOOD}`, true],
    ['only a weaker one in common', `sha1-${digest('C', 27)}= ${GOOD}`, `sha1-${digest('C', 27)}=`, false],
    ['a stronger one besides the same weaker one', `sha1-${digest('C', 27)}=`, `${EVIL} sha1-${digest('C', 27)}=`, false],
    ['an algorithm that nobody knows', 'md5-AAAA', 'md5-AAAA', false],
    ['nothing', '', '', false],
  ])('with %s', (_, a, b, same) => {
    expect(sameIntegrity(a, b)).toBe(same)
    expect(sameIntegrity(b, a)).toBe(same)
  })
})

describe('the note about an installed package', () => {
  const locked = { name: 'x', version: '1.0.0', integrity: GOOD, bin: {} }
  const record = { name: 'x', version: '1.0.0', integrity: GOOD, scripts: [], scriptsRan: false }
  it('meets the lock by name, version and digest', () => {
    expect(meets(record, locked, false)).toBe(true)
    for (const other of [{ name: 'y' }, { version: '1.0.1' }, { integrity: EVIL }, { integrity: null }])
      expect(meets({ ...record, ...other }, locked, false)).toBe(false)
    const { integrity: _, ...unpinned } = locked
    expect(meets({ ...record, integrity: null }, unpinned, false)).toBe(true)
  })
})
