import fc from 'fast-check'
import type { Dialect } from '../../../../src/core/formats/json/document.ts'

/** Names of entries that tests change; generated containers hold each of them at most once. */
export const OURS = ['ours', 'twin one', '__proto__'] as const
const FOREIGN = ['a', 'b', 'constructor', '', 'toString', 'é🚀', 'x"y\\', '10', 'mcpServers', 'command', 'args']

const SPACE = ['', '', ' ', '  ', '\t', '\n', '\n  ', '\n    ', '\r\n\t', '\n\n', ' \n', '\r']
/** `§` becomes a number, so that each comment is one of its kind. */
const COMMENTS = ['// §\n', '// "mcpServers": { §\r\n', '/*§*/', '/* } , ] §\n */', '//§"\n', '/* // § */', '/*§**/']
const SCALARS = [
  '1',
  '-0',
  '1.0',
  '1E400',
  '12345678901234567890',
  'true',
  'false',
  'null',
  '""',
  '"x"',
  '"\\u0063\\/"',
  '"// no"',
  '"/*"',
  '"é🚀\u2028"',
  '"\\ud800"',
  '"},{"',
]

const trivia = (dialect: Dialect): fc.Arbitrary<string> => {
  const space = fc.constantFrom(...SPACE)
  if (dialect === 'strict') return space
  const piece = fc.oneof({ weight: 5, arbitrary: space }, { weight: 1, arbitrary: fc.constantFrom(...COMMENTS) })
  return fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(''))
}

/** A name as JSON may spell it: plainly, or with one character as an escape. */
export const spelled = (name: string): fc.Arbitrary<string> =>
  fc.nat({ max: 20 }).map((at) => {
    const plain = JSON.stringify(name)
    const code = plain.charCodeAt(at)
    if (at === 0 || at >= plain.length - 1 || plain.includes('\\') || (code & 0xf800) === 0xd800) return plain
    return `${plain.slice(0, at)}\\u${code.toString(16).padStart(4, '0')}${plain.slice(at + 1)}`
  })

/** Members or elements between brackets, with white space and comments everywhere. */
function bracketed(open: string, close: string, items: fc.Arbitrary<string[]>, dialect: Dialect): fc.Arbitrary<string> {
  return items.chain((list) => {
    const around = fc.array(fc.tuple(trivia(dialect), trivia(dialect)), { minLength: list.length, maxLength: list.length })
    return fc
      .tuple(around, trivia(dialect), dialect === 'jsonc' && list.length > 0 ? fc.boolean() : fc.constant(false))
      .map(([gaps, last, comma]) => {
        const parts = list.map((item, index) => `${gaps[index]?.[0]}${item}${gaps[index]?.[1]}`)
        return `${open}${parts.join(',')}${comma ? ',' : ''}${last}${close}`
      })
  })
}

const member = (name: string, value: fc.Arbitrary<string>, dialect: Dialect): fc.Arbitrary<string> =>
  fc.tuple(spelled(name), trivia(dialect), trivia(dialect), value).map(([key, before, after, text]) => `${key}${before}:${after}${text}`)

function valueText(dialect: Dialect): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'value' },
      fc.constantFrom(...SCALARS),
      bracketed('[', ']', fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'value' }), dialect),
      bracketed(
        '{',
        '}',
        fc.array(
          fc.constantFrom(...FOREIGN).chain((name) => member(name, tie('value'), dialect)),
          { maxLength: 3, depthIdentifier: 'value' },
        ),
        dialect,
      ),
    ),
  }))
  return value
}

export interface Generated {
  readonly text: string
  readonly container: string
}

const numbered = (text: string): string => {
  let count = 0
  return text.replace(/§/g, () => String(++count))
}

/** A whole document with `mcpServers` at its top; the container also as it stands in the text. */
export function documentText(dialect: Dialect): fc.Arbitrary<Generated> {
  const value = valueText(dialect)
  const foreign = fc.constantFrom(...FOREIGN).map((name) => ({ name, value }))
  const ours = fc.subarray([...OURS]).map((names) => names.map((name) => ({ name, value })))
  const entries = fc
    .tuple(fc.array(foreign, { maxLength: 4 }), ours)
    .chain(([others, own]) => fc.shuffledSubarray([...others, ...own], { minLength: others.length + own.length }))
  const items = entries.chain((list) => fc.tuple(...list.map((item) => member(item.name, item.value, dialect))))
  const container = bracketed('{', '}', items, dialect)
  const beside = fc.array(
    fc.constantFrom(...FOREIGN.filter((name) => name !== 'mcpServers')).chain((name) => member(name, value, dialect)),
    { maxLength: 2 },
  )
  return fc
    .tuple(container, beside, beside, trivia(dialect), trivia(dialect), fc.constantFrom('mcpServers', 'servers'))
    .chain(([inside, before, after, head, tail]) =>
      fc.tuple(spelled('mcpServers'), fc.constantFrom('', ' ')).chain(([key, gap]) =>
        bracketed('{', '}', fc.constant([...before, `${key}:${gap}\u0001${inside}\u0002`, ...after]), dialect).map((root) => {
          const marked = numbered(head + root + tail)
          const start = marked.indexOf('\u0001')
          const end = marked.indexOf('\u0002')
          return { text: marked.replaceAll('\u0001', '').replaceAll('\u0002', ''), container: marked.slice(start + 1, end) }
        }),
      ),
    )
}
