import { foldedText, type KeySpelling } from './literal.ts'
import { unescaped } from './unescaped.ts'
import { unwrapped } from './unwrapped.ts'

const FULL = 6
const BYTE = 8

/**
 * The part of some bytes' base64 that is the same whatever surrounds them: begun at each of the three places that a byte can
 * have in a group, without the characters that hold bits of a neighbour too.
 */
function inBase64(bytes: Buffer): KeySpelling[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const [start, end] = [(before * BYTE) / FULL, ((before + bytes.length) * BYTE) / FULL]
    return { text: text.slice(Math.ceil(start), Math.floor(end)), mixed: [start % 1 === 0 ? 0 : 1, end % 1 === 0 ? 0 : 1] }
  })
}

/** Characters that differ from other text in any spelling. */
const enough = 8

const inJson = (key: string): string => JSON.stringify(key).slice(1, -1)
const plain = (key: string): string => unescaped(key)?.text ?? key

/**
 * All that a key is looked for as, folded: as it is, in JSON, in a URL, in hex, as numbers, in base64 (as a part of more, as
 * UTF-16, as JSON, and twice), each in a text whose escapes and line ends were taken out. The order is stable.
 */
export function spellings(key: string): KeySpelling[] {
  const bytes = Buffer.from(key, 'utf8')
  const wide = Buffer.from(key, 'utf16le')
  const json = inJson(key)
  const once = inBase64(bytes)
  const exact = [
    ...[key, json, plain(key), ...unwrapped(plain(key)).map(({ text }) => text)],
    encodeURIComponent(bytes.toString('utf8')),
    // As it reads where each byte is written as a letter of its own: `\xc3\xbc`, or `\303\274`.
    plain(bytes.toString('latin1')),
    ...[bytes.toString('hex'), wide.toString('hex')],
    ...[[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(','), bytes.join(',')],
  ]
  const all = [
    ...exact.map((text): KeySpelling => ({ text, mixed: [0, 0] })),
    ...[...once, ...inBase64(wide), ...(json === key ? [] : inBase64(Buffer.from(json, 'utf8')))],
    ...once.flatMap(({ text }) => inBase64(Buffer.from(text, 'latin1')).map((twice): KeySpelling => ({ ...twice, mixed: [3, 3] }))),
  ]
  // What undoing escapes leaves of a key may be too short to be looked for.
  const least = Math.min(key.length, enough)
  const byText = new Map(all.map(({ text, mixed }) => [foldedText(text), mixed]))
  return [...byText].filter(([text]) => text.length >= least).map(([text, mixed]) => ({ text, mixed }))
}

/** A part that is a key by itself: no word, no address, no path. */
function looksSecret(part: string): boolean {
  if (part.startsWith('-----')) return false
  const kinds = [/\d/, /[a-z]/, /[A-Z]/].filter((kind) => kind.test(part)).length
  return /^[\w+/=.~-]+$/.test(part) && (part.length >= 32 || (part.length >= 16 && kinds >= 2) || (part.length >= 8 && kinds === 3))
}

/**
 * A key and those of its parts that give it away: lines of a PEM file, the token behind `Bearer`, values in JSON, the
 * password of an address and its parameters. A line of
 * several words counts when it is long, unless the whole is JSON, whose lines are much alike.
 */
export function withParts(key: string): string[] {
  const text = plain(key)
  const [, password = ''] = /^[a-z][\w+.-]*:\/\/[^\s/@]*?:([^\s/@]{8,})@/i.exec(text) ?? []
  const parts = [...text.split(/[\s"'`,;{}()[\]<>]+/), ...text.split(/[?&][\w.-]*=|#/).slice(1)].filter(looksSecret)
  const lines = /^\s*[{[]/.test(text) || !text.includes('\n') ? [] : text.split(/[\r\n]+/).map((line) => line.trim())
  return [
    ...new Set([
      key,
      ...parts,
      ...(password === '' ? [] : [password]),
      ...lines.filter((line) => line.length >= 16 && !line.startsWith('-----')),
    ]),
  ]
}
