import { generateKeyPairSync, randomBytes } from 'node:crypto'

const each = (text: string, spell: (unit: string) => string): string => Array.from(text, spell).join('')
const units = (text: string): string[] => text.split('')
const hexOf = (text: string): string[] => (Buffer.from(text).toString('hex').match(/../g) ?? []) as string[]
const four = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0')
const wrapped = (text: string, width: number, end: string): string => (text.match(new RegExp(`.{1,${width}}`, 'gs')) ?? []).join(end)
const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString('base64')

/** Lines of 16 bytes: an offset, groups of bytes, and the same as letters. */
function dump(text: string, size: number, order: 'big' | 'little', letters: (line: string) => string): string {
  const bytes = Buffer.from(`KEY=${text} and more`)
  const all = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) => {
    const line = bytes.subarray(16 * n, 16 * n + 16)
    const groups = (line.toString('hex').match(new RegExp(`.{1,${2 * size}}`, 'g')) ?? []).map((each) =>
      order === 'big' ? each : Buffer.from(each, 'hex').reverse().toString('hex'),
    )
    return `${(16 * n).toString(16).padStart(8, '0')}: ${groups.join(' ')}  ${letters(line.toString('latin1').replace(/[^ -~]/g, '.'))}`.trimEnd()
  })
  return `\n${all.join('\n')}\n`
}

/** A token as vendors make them. */
export const token = (length = 40): string => `sk-${randomBytes(length).toString('base64url')}`.slice(0, length)
/** A private key of several lines. */
export const pem = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-521',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey

/** How a copy of a key may look, wherever it comes from. */
export const copies: Readonly<Record<string, (key: string) => string>> = {
  'as it is': (key) => key,
  'in capitals': (key) => key.toUpperCase(),
  'in small letters': (key) => key.toLowerCase(),
  'in JSON': (key) => JSON.stringify(key),
  'in JSON with slashes escaped': (key) => JSON.stringify(key).replaceAll('/', '\\/'),
  'in JSON of JSON': (key) => JSON.stringify(JSON.stringify(key)),
  'in JSON of pure escapes': (key) =>
    `"${units(key)
      .map((unit) => `\\u${four(unit)}`)
      .join('')}"`,
  'in JSON of escapes in capitals': (key) =>
    `"${units(key)
      .map((unit) => `\\u${four(unit).toUpperCase()}`)
      .join('')}"`,
  'in JSON, every third letter escaped': (key) =>
    `"${units(key)
      .map((unit, at) => (at % 3 === 0 || unit < ' ' || unit === '"' || unit === '\\' ? `\\u${four(unit)}` : unit))
      .join('')}"`,
  'in C, as \\x': (key) =>
    hexOf(key)
      .map((byte) => `\\x${byte}`)
      .join(''),
  'in C, as octal': (key) =>
    hexOf(key)
      .map((byte) => `\\${Number.parseInt(byte, 16).toString(8).padStart(3, '0')}`)
      .join(''),
  'in JavaScript, as \\u{}': (key) => each(key, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`),
  'in a URL': (key) => `https://x.example/?k=${encodeURIComponent(key)}&b=1`,
  'in a URL, all of it': (key) =>
    hexOf(key)
      .map((byte) => `%${byte}`)
      .join(''),
  'in a URL, in capitals': (key) =>
    hexOf(key)
      .map((byte) => `%${byte.toUpperCase()}`)
      .join(''),
  'in a URL twice': (key) => encodeURIComponent(encodeURIComponent(`${key} `)),
  'in a URL of base64': (key) => encodeURIComponent(base64(`u:${key}`)),
  'in HTML, decimal': (key) => each(key, (letter) => `&#${letter.codePointAt(0)};`),
  'in HTML, hexadecimal': (key) => each(key, (letter) => `&#x${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')};`),
  'in HTML, by name': (key) =>
    key.replace(/[&<>"']/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[letter] ?? ''),
  'in base64': (key) => base64(key),
  'in base64 for URLs': (key) => Buffer.from(key).toString('base64url'),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((length) => [
      `behind a user of ${length} letters, in base64`,
      (key: string) => `Authorization: Basic ${base64(`${'user!'.slice(0, length - 1)}:${key}`)}`,
    ]),
  ),
  'in the middle of base64': (key) => base64(`export A=1; export K=${key}; run it`),
  'in base64 in lines of 76': (key) => wrapped(base64(`${'x'.repeat(40)}${key}${'y'.repeat(40)}`), 76, '\n'),
  'in base64 in lines of 20 with CRLF': (key) => wrapped(base64(`head ${key} tail`), 20, '\r\n'),
  'in base64 in indented lines': (key) => wrapped(base64(`head ${key} tail`), 32, '\n      '),
  'in base64 in numbered lines': (key) =>
    wrapped(base64(`head ${key} tail`), 32, '\n')
      .split('\n')
      .map((line, at) => `  ${at + 1}: ${line}`)
      .join('\n'),
  'in base64 in quoted lines': (key) => wrapped(base64(`head ${key} tail`), 32, '\n> '),
  'in base64 in a JSON text with \\n': (key) => JSON.stringify(wrapped(base64(`head ${key} tail`), 32, '\n')),
  'in base64 of UTF-16, as PowerShell takes commands': (key) => base64(Buffer.from(`$k='${key}'; go`, 'utf16le')),
  'in base64 of JSON': (key) => base64(JSON.stringify({ token: key })),
  'in base64 twice, as Docker keeps logins': (key) => base64(JSON.stringify({ auth: base64(`robot:${key}`) })),
  'in hex': (key) => hexOf(key).join(''),
  'in hex in capitals': (key) => hexOf(key).join('').toUpperCase(),
  'in hex in both cases': (key) =>
    hexOf(key)
      .map((byte, at) => (at % 2 === 0 ? byte.toUpperCase() : byte))
      .join(''),
  'in hex in lines of 60': (key) => wrapped(hexOf(`before ${key} behind`).join(''), 60, '\n'),
  'in hex with colons': (key) => hexOf(key).join(':'),
  'in hex with blanks': (key) => hexOf(key).join(' ').toUpperCase(),
  'in hex with dashes': (key) => hexOf(key).join('-'),
  'in hex as C arrays': (key) =>
    `{ ${hexOf(key)
      .map((byte) => `0x${byte}`)
      .join(', ')} }`,
  'in hex of UTF-16': (key) => Buffer.from(key, 'utf16le').toString('hex'),
  'as a JSON buffer': (key) => JSON.stringify(Buffer.from(key)),
  'as an indented JSON buffer': (key) => JSON.stringify(Buffer.from(key), null, 2),
  'as decimal numbers': (key) => [...Buffer.from(key)].join(' '),
  'in UTF-16 read as bytes': (key) => Buffer.from(key, 'utf16le').toString('latin1'),
  'in colours, as grep marks hits': (key) => `${key.slice(0, 5)}\u001b[01;31m\u001b[K${key.slice(5, 9)}\u001b[m\u001b[K${key.slice(9)}`,
  'with something unseen inside': (key) => `${key.slice(0, 3)}\u200b${key.slice(3, 6)}\u00ad${key.slice(6)}`,
  'in a dump, as xxd writes it': (key) => dump(key, 2, 'big', (line) => line),
  'in a dump, as hexdump -C writes it': (key) => dump(key, 1, 'big', (line) => `|${line}|`),
  'in a dump, as od -x writes it': (key) => dump(key, 2, 'little', () => ''),
  'in lines of 20': (key) => wrapped(key, 20, '\n'),
}

/** What of a copy stands in a text: pieces so long that they are no chance. Blanks and line ends make no difference. */
export function piecesIn(text: string, copy: string, length = 8): string[] {
  const bare = (each: string): string => each.replace(/\s+/g, '')
  const [shown, wanted] = [bare(text), bare(copy)]
  return Array.from({ length: Math.max(0, wanted.length - length + 1) }, (_, at) => wanted.slice(at, at + length)).filter((piece) =>
    shown.includes(piece),
  )
}
