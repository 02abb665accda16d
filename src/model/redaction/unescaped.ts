import { Replaced, through, type View } from './view.ts'

/** What every escape begins with, or is. */
const introducers = ['\\', '%', '&', '\u001b', '\0', '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff']
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const introducer = /[\\%&\u001b\0\u00ad\u200b-\u200d\u2060\ufeff]/

/**
 * Escapes of JSON, C, shells and URLs, however often backslashes were doubled; entities of HTML; what a terminal does not
 * show: colours, NUL (which UTF-16 has between ASCII letters), characters without width.
 */
const escapes = new RegExp(
  [
    String.raw`\\+(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3}|[\s\S])?`,
    `%(?:[0-7][0-9a-fA-F]|[cdCD][0-9a-fA-F]%[89abAB][0-9a-fA-F]|[eE][0-9a-fA-F](?:%[89abAB][0-9a-fA-F]){2}|[fF][0-7](?:%[89abAB][0-9a-fA-F]){3})`,
    String.raw`&(?:#[xX]0*[0-9a-fA-F]{1,6}|#0*\d{1,7}|amp|lt|gt|quot|apos|nbsp|sol|plus|equals|colon|lowbar|period);?`,
    String.raw`\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]+[0-~]|[^[\]])`,
    String.raw`[\0\u00ad\u200b-\u200d\u2060\ufeff]+`,
  ].join('|'),
  'g',
)
/** An escape that may go on behind the end of a text. */
const begunEscape = new RegExp(
  [
    String.raw`\\+(?:u\{?[0-9a-f]{0,6}|x[0-9a-f]?|[0-7]{1,2})?`,
    `%[0-9a-f]?|%[c-f][0-9a-f](?:%[89ab][0-9a-f]){0,2}(?:%[0-9a-f]?)?`,
    String.raw`&#?\w{0,9}`,
    String.raw`\u001b[[\]]?[0-9;?]*`,
  ]
    .map((each) => `(?:${each})$`)
    .join('|'),
  'i',
)

/** Backslashes before what has no escape in JSON, C or shells. */
const needless = /^\\+[^"'`$/\\]$/

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '', a: '', b: '', e: '\u001b', f: '', v: '' }
const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' },
  ...{ sol: '/', plus: '+', equals: '=', colon: ':', lowbar: '_', period: '.' },
}
/** Undoing one layer of a text's escapes may show another one, as `%2541` does. */
const mostLayers = 3

/** A text with what its escapes stand for; null where it has none. */
export function unescaped(text: string): View | null {
  let view: View | null = null
  for (let layer = 0; layer < mostLayers; layer++) {
    const next: View | null = oneLayer(view?.text ?? text)
    if (next === null) break
    view = view === null ? next : through(next, view)
  }
  return view
}

/** How many characters at the end of a text may be the beginning of an escape. */
export const escapeBegun = (text: string): number => begunEscape.exec(text.slice(-24))?.[0].length ?? 0

function oneLayer(text: string): View | null {
  if (!(text.length < 1000 ? introducer.test(text) : introducers.some((each) => text.includes(each)))) return null
  const replaced = new Replaced()
  const plain = text.replace(escapes, (written: string, at: number) => {
    const put = meaning(written)
    // A letter that needed no backslash is itself, and the backslash may belong to the text before it.
    if (put === written.at(-1) && needless.test(written)) replaced.note(at, at + written.length - 1, 0)
    else if (put !== written) replaced.note(at, at + written.length, put.length)
    return put
  })
  return replaced.view(plain)
}

function meaning(written: string): string {
  if (written.startsWith('%')) return fromUrl(written)
  if (written.startsWith('&')) return fromEntity(written.slice(1).replace(';', '').toLowerCase()) ?? written
  const name = written.slice(lastBackslash(written) + 1)
  if (!written.startsWith('\\') || name === '') return ''
  if (name.length === 1) return letters[name] ?? name
  return character(/^\d/.test(name) ? Number.parseInt(name, 8) : Number.parseInt(name.replace(/[ux{}]/gi, ''), 16))
}

/** The last of the backslashes that a text begins with. */
function lastBackslash(written: string): number {
  let at = 0
  while (written[at] === '\\') at++
  return at - 1
}

/** Controls stand for nothing that a key holds; a line end and a tab do, and what begins a colour goes with it in the next layer. */
const character = (code: number): string =>
  code > 0x10ffff || (code < 32 && ![9, 10, 13, 27].includes(code)) ? '' : String.fromCodePoint(code)

function fromUrl(written: string): string {
  try {
    const [letter = ''] = decodeURIComponent(written)
    return character(letter.codePointAt(0) ?? 0)
  } catch (error) {
    if (error instanceof URIError) return written
    throw error
  }
}

function fromEntity(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name]
  return character(name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)))
}
