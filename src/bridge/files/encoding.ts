/** How a text file is written down. Everything but plain UTF-8 with `\n` is kept when the file is changed. */
export interface Encoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be'
  readonly bom: boolean
}

export const plain: Encoding = { name: 'utf-8', bom: false }

const marks: readonly { readonly name: Encoding['name']; readonly bytes: readonly number[] }[] = [
  { name: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { name: 'utf-16le', bytes: [0xff, 0xfe] },
  { name: 'utf-16be', bytes: [0xfe, 0xff] },
]

/** From the first bytes of a file. */
export function encodingOf(head: Uint8Array): Encoding {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))
  return mark === undefined ? plain : { name: mark.name, bom: true }
}

const markOf = (encoding: Encoding): Buffer =>
  Buffer.from(encoding.bom ? (marks.find(({ name }) => name === encoding.name)?.bytes ?? []) : [])

/** The bytes of a text, without the mark. */
export function bytesOf(text: string, encoding: Encoding): Buffer {
  if (encoding.name === 'utf-8') return Buffer.from(text, 'utf8')
  const bytes = Buffer.from(text, 'utf16le')
  return encoding.name === 'utf-16be' ? bytes.swap16() : bytes
}

/** A whole file's bytes: the mark, unless the text brings it, then the text. */
export function fileBytes(text: string, encoding: Encoding): Buffer {
  const body = bytesOf(text.startsWith('\ufeff') && encoding.bom ? text.slice(1) : text, encoding)
  return encoding.bom ? Buffer.concat([markOf(encoding), body]) : body
}

/** Text for a reader: the mark is taken off, invalid bytes become U+FFFD. */
export function textOf(bytes: Buffer, encoding: Encoding): string {
  const body = encoding.bom ? bytes.subarray(markOf(encoding).length) : bytes
  if (encoding.name === 'utf-8') return body.toString('utf8')
  const even = body.subarray(0, body.length - (body.length % 2))
  return (encoding.name === 'utf-16be' ? Buffer.from(even).swap16() : even).toString('utf16le')
}

/** True when there is a zero byte near the beginning, unless the mark says UTF-16. */
export const looksBinary = (head: Uint8Array, encoding: Encoding): boolean =>
  encoding.name === 'utf-8' && head.subarray(0, 8192).includes(0)

export const beyondAscii = (text: string): boolean => /[^\0-\x7f]/.test(text)

/** The line ends of a text: CRLF only when every line has it. */
export function lineEnd(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n')
  if (first < 1 || text[first - 1] !== '\r') return '\n'
  return /[^\r]\n/.test(text) ? '\n' : '\r\n'
}

/** A new text with the line ends of its file. A text that has CRLF itself is used as it is. */
export const withLineEnd = (text: string, end: '\n' | '\r\n'): string =>
  end === '\n' || text.includes('\r\n') ? text : text.replaceAll('\n', '\r\n')
