import type { ServerSpec } from '../../model/manifest.ts'
import { hidden, inAddress, inArgument, inHeader, inLine, inVariable, type KeySpan } from '../keys/spans.ts'
import { keysOf } from '../manifest/names.ts'
import { pythonWords } from '../packages/python.ts'

/** What a fact about a server is about. */
export type FactKind = 'program' | 'package' | 'address' | 'variable' | 'header' | 'key' | 'right' | 'programs' | 'further'

/** One fact about a server in plain words. Facts of two servers are the same exactly where their texts are. */
export interface ServerFact {
  readonly kind: FactKind
  readonly text: string
}

export interface FactWords {
  /** A client's or a side's name for people. */
  label(id: string): string
  /** Keys that stand literally in the server are dots. Needed wherever a manifest was written by hand. */
  readonly hidesKeys: boolean
}

type Telling<K extends keyof ServerSpec> = (value: NonNullable<ServerSpec[K]>, words: FactWords) => readonly (readonly [FactKind, string])[]
/** What `startFact` says in one line. */
const inStart = (): [] => []

/** A word as a shell takes it, so that blanks in it are not read as the end of it. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./${}~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

const dotted = (text: string, spans: readonly KeySpan[], { hidesKeys }: FactWords): string => (hidesKeys ? hidden(text, spans) : text)

const named = (ids: readonly string[], { label }: FactWords): string => ids.map(label).join(', ')

/** Every field of a server: one that is missing here would be approved unseen, so its absence is a type error. */
const fields: { readonly [K in keyof Required<ServerSpec>]: Telling<K> } = {
  ...{ package: inStart, pypi: inStart, command: inStart, url: inStart, extension: inStart, args: inStart },
  settings: (settings, words) =>
    Object.entries(settings).map(([name, value]) => {
      const text = String(value)
      return ['variable', `${name}=${shellWord(dotted(text, inVariable(name, text), words))}`] as const
    }),
  env: (env, words) =>
    Object.entries(env).map(
      ([name, value]) => ['variable', `${name}=${shellWord(dotted(value, inVariable(name, value), words))}`] as const,
    ),
  headers: (headers, words) =>
    Object.entries(headers).map(([name, value]) => ['header', `${name}: ${dotted(value, inHeader(name, value), words)}`] as const),
  allowScripts: (value) => (value ? [['right', 'run the install scripts of its package, or build it, on this computer']] : []),
  share: (value) =>
    value === false
      ? []
      : [['right', `reach every program through the bridge${value === true ? '' : ` (${JSON.stringify(value).replaceAll('"', '')})`}`]],
  machines: (names) => [['programs', `only on ${names.length === 0 ? 'no machine' : names.join(', ')}`]],
  only: (ids, words) => [['programs', `only ${named(ids, words)}`]],
  except: (ids, words) => [['programs', `all but ${named(ids, words)}`]],
  disabled: (value) => (value ? [['further', 'It is switched off: it is in no config until it is enabled.']] : []),
  launch: (kind) => [['further', launches[kind]]],
  runIn: (side, { label }) => [['further', `It runs on ${label(side)}, and the other side reaches it across.`]],
  on: (sides, { label, hidesKeys }) =>
    Object.entries(sides).map(([side, part]) => [
      'further',
      `On ${label(side)} it has its own ${hidesKeys ? Object.keys(part).join(', ') : JSON.stringify(part)}.`,
    ]),
  transport: (kind) => [['further', `It is reached by ${kind === 'sse' ? 'server-sent events' : 'HTTP'}.`]],
  auth: () => [['further', 'It is reached by a login, which mcp-twin keeps for every program.']],
  oauth: (client) => [['further', `Its login uses ${JSON.stringify(client).replaceAll('"', '')}.`]],
  bin: (name) => [['further', `The program of the package is ${shellWord(name)}.`]],
  description: (text) => [['further', `It is described as ${JSON.stringify(text)}.`]],
}

const launches: Readonly<Record<NonNullable<ServerSpec['launch']>, string>> = {
  direct: 'Programs start it themselves; its keys stand in their configs.',
  npx: 'Programs start it by npx; its keys stand in their configs.',
  run: 'Programs start it by mcp-twin run, so that no key stands in their configs.',
}

/** What is started or reached, whole and in one line. */
function startFact({ package: pkg, pypi, command, url, extension, args = [] }: ServerSpec, words: FactWords): [FactKind, string] {
  if (extension !== undefined) return ['program', `the extension ${shellWord(extension)} of Claude Desktop`]
  if (url !== undefined) return ['address', dotted(url, inAddress(url), words)]
  const typed = args.map((word, at) => shellWord(dotted(word, inArgument(word, args[at - 1]), words)))
  const first =
    command === undefined ? (pkg ?? (pypi === undefined ? 'nothing' : pythonWords(pypi))) : dotted(command, inLine(command), words)
  return [command === undefined ? 'package' : 'program', [shellWord(first), ...typed].join(' ')]
}

/** Every fact about a server: what it starts, what it is given, what it may do. */
export function serverFacts(server: ServerSpec, words: FactWords): ServerFact[] {
  const told = (Object.keys(fields) as (keyof ServerSpec)[]).flatMap((key) => {
    const value = server[key]
    return value === undefined ? [] : (fields[key] as Telling<keyof ServerSpec>)(value as never, words)
  })
  const everywhere =
    server.only === undefined && server.except === undefined ? [['programs', 'every program that takes part'] as const] : []
  const keys = keysOf(server).map((name) => ['key', name] as const)
  return [startFact(server, words), ...told, ...everywhere, ...keys].map(([kind, text]) => ({ kind, text }))
}
