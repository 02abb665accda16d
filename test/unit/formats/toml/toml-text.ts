import fc from 'fast-check'

/** Names of entries that tests change; each stands in a generated file in one way at most. */
export const OURS = ['ours', 'twin one', '__proto__', ''] as const

const FOREIGN = ['a', 'b-1', '9', 'c.d', 'toString', 'é🚀', 'x"y\\', "it's", 'mcp_servers', 'command', 'env']
const SCALARS = [
  '1',
  '-0',
  '1.0',
  '0xDEAD_beef',
  '12345678901234567890',
  '6.02e-23',
  'inf',
  '-nan',
  'true',
  '1979-05-27',
  '1979-05-27 07:32:00.123456Z',
  '07:32',
  '""',
  "''",
  '"# no"',
  "'[mcp_servers.ours]'",
  '"\\u00e9\\t\\"]"',
  '"é🚀\u2028"',
  '"""\n[mcp_servers.ours]\n"quoted"\\\n  """',
  "'''\r\n# no\n'']'''",
  '""""two""""',
]
/** `§` becomes a number, so that each comment is one of its kind. */
const COMMENTS = ['# §', '#§ [mcp_servers.ours]', '# "§', '#§ = 1', '# § 🚀']

const quotedName = (name: string): string => JSON.stringify(name)
/** A key as TOML may spell it. */
export const spelled = (name: string): fc.Arbitrary<string> => {
  const forms = [quotedName(name)]
  if (/^[A-Za-z0-9_-]+$/.test(name)) forms.push(name, name)
  if (!/['\n]/.test(name)) forms.push(`'${name}'`)
  const [first = ''] = name
  if (first !== '' && first.charCodeAt(0) < 128)
    forms.push(`"\\u00${first.charCodeAt(0).toString(16)}${quotedName(name.slice(1)).slice(1)}`)
  return fc.constantFrom(...forms)
}
const blank = fc.constantFrom('', '', '', ' ', '\t', '  ')
const dotted = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(...names.map((name) => fc.tuple(blank, spelled(name), blank))).map((parts) =>
    parts
      .map((part) => part.join(''))
      .join('.')
      .trim(),
  )

const comment = fc.constantFrom(...COMMENTS)
const lineTail = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', '', ' ', '\t') },
  { weight: 1, arbitrary: comment.map((text) => ` ${text}`) },
)
const breaks = fc.constantFrom('', '', ' ', '\n', '\n  ', ' # §\n', '\r\n\t')

const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'value' },
    fc.constantFrom(...SCALARS),
    fc
      .array(fc.tuple(breaks, tie('value'), breaks), { maxLength: 3, depthIdentifier: 'value' })
      .chain((items) =>
        fc
          .tuple(fc.boolean(), breaks)
          .map(([comma, end]) => `[${items.map((item) => item.join('')).join(',')}${comma && items.length > 0 ? ',' : ''}${end}]`),
      ),
    fc
      .tuple(fc.uniqueArray(fc.constantFrom(...FOREIGN), { maxLength: 3 }), blank)
      .chain(([names, pad]) =>
        fc
          .tuple(...names.map((name) => fc.tuple(spelled(name), tie('value'))))
          .map((items) => `{${pad}${items.map(([key, text]) => `${key} = ${text}`).join(', ')}${pad}}`),
      ),
  ),
})).value

const pair = (names: readonly string[], text = value): fc.Arbitrary<string> =>
  fc
    .tuple(blank, dotted(names), blank, blank, text, lineTail)
    .map(([indent, key, before, after, body, tail]) => `${indent}${key}${before}=${after}${body}${tail}`)

const header = (names: readonly string[], array = false): fc.Arbitrary<string> =>
  fc
    .tuple(blank, blank, dotted(names), blank, lineTail)
    .map(([indent, before, key, after, tail]) => `${indent}${array ? '[[' : '['}${before}${key}${after}${array ? ']]' : ']'}${tail}`)

/** Lines of a file that belong together. `root`: they must stand before the first header. */
interface Block {
  readonly root: boolean
  readonly lines: readonly string[]
}
const block = (root: boolean, ...lines: fc.Arbitrary<string>[]): fc.Arbitrary<Block> =>
  fc.tuple(...lines).map((made) => ({ root, lines: made }))

const string = fc.constantFrom('"npx"', "'node'", '"""x"""')
const words = fc.constantFrom('[]', '["-y"]', '[\n  "-y", # §\n  "pkg@1"\n]', "[ 'a' , 'b' , ]")
const variables = fc.constantFrom('{}', '{ A = "1" }', '{A="1", "B c" = \'2\'}')

/** The ways in which an entry is written, `base` being the names before its own. */
function entryBlocks(name: string): fc.Arbitrary<readonly Block[]> {
  const path = ['mcp_servers', name]
  const at = (...more: string[]): string[] => [...path, ...more]
  const sub = block(false, header(at('env')), pair(['A'], string), pair(['B'], string))
  const table = block(false, header(path), pair(['command'], string), pair(['args'], words), pair(['enabled']))
  return fc.oneof(
    fc.tuple(block(false, header(path), pair(['command'], string), pair(['env'], variables))),
    fc.tuple(table, sub),
    fc.tuple(sub, table),
    fc.tuple(sub),
    fc.tuple(block(false, header(path), pair(['env', 'A'], string), pair(['command'], string))),
    fc.tuple(block(false, header(path)), block(false, header(at('list'), true), pair(['x'])), block(false, header(at('list'), true))),
    fc.tuple(block(true, pair(at('command'), string)), block(true, pair(at('env', 'A'), string), pair(at('enabled')))),
    fc.tuple(
      block(
        true,
        pair(path, fc.constantFrom('{ command = "a", env = { A = "1" } }', '{}', '{ command = "a",\n args = [ "b" ] # §\n}', '1')),
      ),
    ),
  )
}

const foreignBlock = (index: number): fc.Arbitrary<Block> => {
  const own = `f${index}`
  return fc
    .constantFrom(...FOREIGN)
    .chain((name) =>
      fc.oneof(
        block(true, pair([own])),
        block(true, pair([own, name])),
        block(true, pair(['mcp_servers', own, name])),
        block(false, header([own]), pair([name])),
        block(false, header([own, name]), pair([name, 'z']), pair([own])),
        block(false, header([own], true), pair([name])),
        block(false, header(['mcp_servers', own]), pair([name])),
        block(false, header(['mcp_servers', own, name])),
      ),
    )
}

/** What stands between two blocks. Comments touch what follows or are parted from what is before, so that nobody need guess whose they are. */
const between = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', '\n', '\n\n', ' \n') },
  { weight: 1, arbitrary: comment.map((text) => `${text}\n`) },
  { weight: 1, arbitrary: fc.tuple(comment, fc.constantFrom('', '\n')).map(([text, gap]) => `\n${text}\n${gap}`) },
)

export interface Generated {
  readonly text: string
  /** Names of ours that stand in it. */
  readonly present: readonly string[]
}

const container = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom('[mcp_servers]', '[ "mcp_servers" ] # §') },
)

/** A file with servers in tables, dotted keys and inline tables; valid but for a few that the caller leaves out. */
const tables: fc.Arbitrary<Generated> = fc.tuple(fc.subarray([...OURS]), fc.nat({ max: 4 }), container).chain(([present, count, head]) =>
  fc
    .tuple(
      fc.tuple(...present.map(entryBlocks)).map((all) => all.flat()),
      fc.tuple(...Array.from({ length: count }, (_, index) => foreignBlock(index))),
    )
    .chain(([ours, foreign]) => {
      const all = [...ours, ...foreign, ...(head === null ? [] : [{ root: false, lines: [head] }])]
      return fc
        .tuple(
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.array(between, { minLength: all.length + 1, maxLength: all.length + 1 }),
        )
        .map(([mixed, gaps]) => {
          const sorted = [...mixed.filter(({ root }) => root), ...mixed.filter(({ root }) => !root)]
          return {
            text: sorted.map(({ lines }, index) => gaps[index] + lines.map((line) => `${line}\n`).join('')).join('') + (gaps.at(-1) ?? ''),
            present,
          }
        })
    }),
)

/** A file that holds all servers in one inline table. */
const inline: fc.Arbitrary<Generated> = fc
  .tuple(
    fc.subarray([...OURS]),
    fc.uniqueArray(fc.constantFrom('f1', 'f2', 'f3'), { maxLength: 2 }),
    fc.constantFrom('', ' '),
    fc.boolean(),
    fc.constantFrom('', '[f9]\nx = 1'),
  )
  .chain(([present, others, pad, onLines, rest]) => {
    const items = [
      ...present.map((name) =>
        fc
          .tuple(spelled(name), fc.constantFrom('{ command = "a" }', '{}', '{ env = {A = "1"}, enabled = true }'))
          .map(([key, text]) => `${key} = ${text}`),
      ),
      ...others.map((name) => fc.tuple(spelled(name), value).map(([key, text]) => `${key} = ${text}`)),
    ]
    return fc
      .tuple(
        fc.tuple(...items).chain((made) => fc.shuffledSubarray(made, { minLength: made.length })),
        fc.boolean(),
      )
      .map(([made, comma]) => {
        const trailing = comma && made.length > 0 ? ',' : ''
        const body = onLines
          ? `{\n${made.map((item, index) => `  ${item}${index < made.length - 1 ? ',' : trailing} # §\n`).join('')}}`
          : `{${pad}${made.join(', ')}${trailing}${pad}}`
        return { text: `mcp_servers = ${body} # §\n${rest}`, present }
      })
  })

const numbered = (text: string): string => {
  let count = 0
  return text.replace(/§/g, () => `§${++count}`)
}

/** Any of these, with line ends of either kind and with or without the last one. */
export const documentText: fc.Arbitrary<Generated> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: tables }, { weight: 1, arbitrary: inline }),
    fc.constantFrom('\n', '\n', '\r\n', 'mixed'),
    fc.boolean(),
  )
  .map(([{ text, present }, eol, cut]) => {
    const plain = numbered(text).replaceAll('\r\n', '\n')
    let line = 0
    const ended = plain.replace(/\n/g, () => (eol === '\r\n' || (eol === 'mixed' && line++ % 2 === 0) ? '\r\n' : '\n'))
    return { text: cut ? ended.replace(/\r?\n$/, '') : ended, present }
  })
