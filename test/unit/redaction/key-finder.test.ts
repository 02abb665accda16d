import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyFinder, withoutPlaces } from '../../../src/model/redaction/key-finder.ts'
import { copies, pem, piecesIn, token } from '../../support/key-copies.ts'

const clean = (finder: KeyFinder, text: string): string => withoutPlaces(text, finder.places(text), 0, text.length)
const finding = (...keys: string[]) => new KeyFinder(keys, 8)

const keys = {
  'a token': token(),
  'a short password': 'Tr0ub4&3',
  'a key of 3000 characters': token(3000),
  'a key with all that is escaped': 'a"b\\c/d+e=f%41<g>&h\'i\tj',
  'a key with letters beyond ASCII': 'schlüssel-漢字-🔑-123',
}
/** Spellings in which bytes are taken for letters, so that they know ASCII only, and those in which only words are cut. */
const onlyAscii = /UTF-16 read as bytes|capitals|small letters/
const onlyWords = /^in lines/
/** Another key in which everything has the same length in every encoding. */
const other = (key: string): string =>
  key
    .replace(/[a-z0-9]/gi, 'Z')
    .replaceAll('ü', 'é')
    .replaceAll('漢字', '中文')
    .replaceAll('🔑', '😀')

describe.each(Object.entries(keys))('%s', (_name, key) => {
  const finder = finding(key, 'another-key-0123456789')
  const fits = (name: string) => (/^[ -~\t]*$/.test(key) || !onlyAscii.test(name)) && (/^[\w-]*$/.test(key) || !onlyWords.test(name))
  it.each(Object.entries(copies).filter(([name]) => fits(name)))('is found %s', (_how, copy) => {
    const spelled = copy(key)
    const text = `{{ ${spelled} }}\n`
    const shown = clean(finder, text)
    expect(shown).toMatch(/^\{\{ [\s\S]*•{8}[\s\S]* }}\n$/)
    const common = copy(other(key))
    expect(piecesIn(shown, spelled).filter((piece) => piecesIn(common, piece).length === 0)).toEqual([])
    expect(shown.split('\n').length).toBe(text.split('\n').length)
  })
})

describe('a key of several lines', () => {
  const key = pem()
  const body = key
    .trim()
    .split('\n')
    .slice(1, -1)
    .filter((line) => line.length >= 8)
  const left = (text: string): string[] => {
    const shown = clean(finding(key), text)
    return body.filter((line) => piecesIn(shown, line, Math.min(line.length, 12)).length > 0)
  }
  it('is found as it is, with other line ends, indented, quoted, numbered, in one line', () => {
    const lines = key.trim().split('\n')
    for (const end of [
      '\n',
      '\r\n',
      '\n    ',
      '\r\n\t',
      '\n> ',
      '\n# ',
      '\\n',
      '\\r\\n',
      '\\\\n',
      ' ',
      '',
      '\n\n',
      '"\n + "',
      '%0A',
      '&#10;',
    ])
      expect(left(`key:${end}${lines.join(end)}${end}`)).toEqual([])
    expect(left(lines.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`).join('\n'))).toEqual([])
  })
  it('is found line by line, alone and in other orders', () => {
    for (const line of body) expect(clean(finding(key), `x ${line} y`)).toBe('x •••••••• y')
    expect(left([...body].reverse().join('\n'))).toEqual([])
  })
  it('is found in lines of another length', () => {
    for (const width of [20, 48, 76]) expect(left(body.join('').replace(new RegExp(`.{${width}}`, 'g'), '$&\n'))).toEqual([])
  })
  it.each(Object.entries(copies).filter(([name]) => /base64|hex|JSON|URL/.test(name)))('is found %s', (_how, copy) => {
    const spelled = copy(key)
    const shown = clean(finding(key), spelled)
    expect(shown).toContain('••••••••')
    expect(piecesIn(shown, spelled, 16).filter((piece) => piecesIn(copy(other(key)), piece).length === 0)).toEqual([])
  })
  it('leaves its frame and its line ends, which are no secret', () => {
    const shown = clean(finding(key), 'see -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----, or: A PRIVATE KEY')
    expect(shown).toBe('see -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----, or: A PRIVATE KEY')
    expect(clean(finding(key), `a\n${key}b\n`).split('\n').length).toBe(key.split('\n').length + 2)
  })
})

describe('a key with a line end in it', () => {
  const key = 'Tr0ub4Kpqrsvwz5678901234'
  it.each([8, 9, 11, 12, 16])('is found when %i characters are before it', (before) => {
    expect(clean(finding(key), `it said: ${key.slice(0, before)}\n${key.slice(before)}`)).not.toMatch(/Tr0ub4|pqrs|01234/)
  })
  it('is not put together from words that are shorter', () => {
    const text = `it said: ${key.slice(0, 7)}\n${key.slice(7)}`
    expect(clean(finding(key), text)).toBe(text)
  })
})

describe('parts that give a key away', () => {
  const secret = token()
  it.each([
    ['behind its scheme', `Bearer ${secret}`],
    ['in an address', `https://x.example/mcp?api_key=${secret}`],
    ['as the password of an address', `postgres://ana:${secret}@db.example:5432/x`],
    ['in JSON', JSON.stringify({ type: 'service_account', token_uri: 'https://oauth2.example.com/token', private_key: secret })],
    ['in a line of several', `FIRST=1\nKEY ${secret}\n`],
  ])('are hidden alone too: %s', (_where, key) => {
    expect(clean(finding(key), `it said ${secret}!`)).toBe('it said ••••••••!')
  })
  it('are none where they are words, names or addresses', () => {
    const key = JSON.stringify({ type: 'service_account', token_uri: 'https://oauth2.example.com/token', private_key: secret })
    const text = 'type service_account, token_uri https://oauth2.example.com/token, private_key'
    expect(clean(finding(key, 'correct horse battery staple'), `${text}, correct horse`)).toBe(`${text}, correct horse`)
  })
})

describe('what holds no key', () => {
  it('is left as it is', () => {
    const texts = [
      readFileSync('package-lock.json', 'utf8'),
      readFileSync('README.md', 'utf8'),
      readFileSync('src/model/redaction/unescaped.ts', 'utf8'),
    ]
    const all = [...Object.values(keys), pem(), 'FIRST=1', 'Bearer abc', 'short']
    for (const text of texts) expect(clean(finding(...all), text) === text).toBe(true)
    expect(finding().places('anything')).toEqual([])
    expect(finding('short').places('a short text')).toEqual([])
  })
  it('is left as it is, whatever it is', () => {
    const unit = fc.constantFrom(...'abcdef0123456789\\%&;:,- \n\rnux"\'{}#\u001b[m\0\u200b')
    const finder = finding(token(), 'Tr0ub4&3Zz')
    fc.assert(fc.property(fc.string({ unit, maxLength: 300 }), (text) => clean(finder, text) === text))
  })
  it('around a key is left as it is, whatever it is', () => {
    const unit = fc.constantFrom(...'abcdef019\\%&;:,- \n\rnu"#\u001b[m\0')
    const key = 'Tr0ub4-Kpqrsvwz'
    const finder = finding(key)
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), fc.string({ unit, maxLength: 60 }), (before, behind) => {
        expect(clean(finder, `${before}${key}${behind}`)).toBe(`${before}••••••••${behind}`)
      }),
    )
  })
})

describe('keys that are odd', () => {
  it.each([
    '\\\\\\\\\\\\\\\\',
    '%41%41%41%41%41',
    '\0\0\0\0\0\0\0\0\0',
    '        ',
    '\n\n\n\n\n\n\n\n',
    '\ud800'.repeat(9),
    '=========',
    '&amp;&amp;&amp;',
  ])('are found, and nothing breaks: %j', (key) => {
    const finder = finding(key, 'Tr0ub4-Kpqrsvwz')
    expect(clean(finder, `a${key}b Tr0ub4-Kpqrsvwz`)).toMatch(/^a[^b]*b •{8}$/)
    expect(finder.begun(`x ${key.slice(0, 6)}`)).toBeGreaterThanOrEqual(0)
  })
})
