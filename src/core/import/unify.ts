import type { Environment, World } from '../../model/environment.ts'
import { type Override, type ServerSpec, serverKinds } from '../../model/manifest.ts'
import { native, type NativePath } from '../../model/path.ts'
import { escapeTemplates, fillTemplates } from '../keys/template.ts'
import { wordFor } from '../launch/side.ts'
import { parsePython } from '../packages/python.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { isWindows, joinPath, looksPosixPath, looksWindowsPath, readPath, translate } from '../paths.ts'

/** One server as one side has it. */
export interface SideServer {
  readonly side: Environment
  readonly server: ServerSpec
}

interface Unified {
  readonly server: ServerSpec
  readonly notes: readonly string[]
}

type Texts = Readonly<Record<string, string>>

/** The words for both sides where they differ only in that one of them pins nothing: then the other's, so that both get one version. */
function commonWords(a: string, b: string): string | null {
  const [one, other] = [parseWords(a), parseWords(b)]
  if ('refuse' in one || 'refuse' in other || one.name !== other.name) return null
  const open = (range: string | null): boolean => range === null || range === 'latest'
  if (!open(one.range) && !open(other.range)) return null
  return [a, b].find((_, at) => isExact([one, other][at]?.range ?? '')) ?? (open(one.range) ? b : a)
}

/** The same for packages of PyPI. */
function commonPython(a: string, b: string): string | null {
  const [one, other] = [parsePython(a), parsePython(b)]
  if ('refuse' in one || 'refuse' in other || one.name !== other.name) return null
  if (one.version !== null && other.version !== null) return null
  return one.version === null ? b : a
}

/** The text of that name itself, not one that every object has. */
const textOf = (texts: Texts | undefined, name: string): string | null =>
  texts !== undefined && Object.hasOwn(texts, name) ? (texts[name] ?? null) : null

/** Both servers with the texts that mean one path put as `${path:…}`, place by place. */
function withSharedPaths(a: SideServer, b: SideServer, world: World, home: Environment): [ServerSpec, ServerSpec] {
  const pair = (first: string, second: string): [string, string] => {
    if (first === second) return [first, second]
    const template = samePath({ side: a.side, text: first }, { side: b.side, text: second }, world, home)
    return template === null ? [first, second] : [template, template]
  }
  const [one, other] = [{ ...a.server }, { ...b.server }]
  if (one.args !== undefined && one.args.length === other.args?.length) {
    const pairs = one.args.map((word, at) => pair(word, other.args?.[at] ?? ''))
    one.args = pairs.map(([word]) => word)
    other.args = pairs.map(([, word]) => word)
  }
  for (const name of Object.keys(one.env ?? {})) {
    const [first, second] = [textOf(one.env, name), textOf(other.env, name)]
    if (first === null || second === null) continue
    const [left, right] = pair(first, second)
    one.env = { ...one.env, [name]: left }
    other.env = { ...other.env, [name]: right }
  }
  return [one, other]
}

/** What both sides have under these names goes into the base, as the first has it; the rest to the side that has it. */
function splitTexts(first: Texts = {}, second: Texts = {}): { base: Texts; first: Texts; second: Texts } {
  const entries = Object.entries(first)
  const both = entries.filter(([name]) => Object.hasOwn(second, name))
  return {
    base: Object.fromEntries(both),
    first: Object.fromEntries(entries.filter(([name]) => !Object.hasOwn(second, name))),
    second: Object.fromEntries(Object.entries(second).filter(([name, text]) => !Object.hasOwn(first, name) || first[name] !== text)),
  }
}

const filled = (texts: Texts): boolean => Object.keys(texts).length > 0

/** Two sides of one server as one: what they have in common, and under `on` what differs. Null: no one server says both. */
export function unify(a: SideServer, b: SideServer, world: World, home: Environment, name: string): Unified | null {
  const [one, other] = withSharedPaths(a, b, world, home)
  if (one.runIn !== other.runIn) return null
  const notes: string[] = []
  for (const [key, common] of [
    ['package', commonWords],
    ['pypi', commonPython],
  ] as const) {
    const [here, there] = [one[key], other[key]]
    if (here === undefined || there === undefined || here === there) continue
    const words = common(here, there)
    if (words === null) notes.push(`${name}: ${a.side.id} has ${here} and ${b.side.id} has ${there}; each keeps its own`)
    else {
      notes.push(`${name}: ${here} on ${a.side.id} and ${there} on ${b.side.id} become ${words} on both`)
      one[key] = words
      other[key] = words
    }
  }
  const base: ServerSpec = { ...one }
  const [here, there]: [Override, Override] = [{}, {}]
  for (const kind of serverKinds) if (other[kind] !== undefined && other[kind] !== one[kind]) there[kind] = other[kind]
  if (JSON.stringify(one.args ?? []) !== JSON.stringify(other.args ?? [])) there.args = [...(other.args ?? [])]
  for (const key of ['env', 'headers'] as const) {
    const texts = splitTexts(one[key], other[key])
    if (filled(texts.base)) base[key] = { ...texts.base }
    else delete base[key]
    if (filled(texts.first)) here[key] = { ...texts.first }
    if (filled(texts.second)) there[key] = { ...texts.second }
  }
  if (other.url !== undefined && one.url !== undefined && one.transport !== other.transport) {
    // An override can name a transport, not take one away. One that is tried first anyway need not be named.
    if (one.transport === undefined || other.transport === undefined) delete base.transport
    if (other.transport === undefined && one.transport === 'sse') here.transport = 'sse'
    if (other.transport === 'sse' || (other.transport === 'http' && one.transport === 'sse')) there.transport = other.transport
  }
  if (one.bin !== other.bin) {
    // An override can add a program's name, not take one away.
    delete base.bin
    if (one.bin !== undefined) here.bin = one.bin
    if (other.bin !== undefined) there.bin = other.bin
  }
  const kinds = serverKinds.filter((kind) => one[kind] !== undefined || other[kind] !== undefined)
  if (kinds.length > 1) return apart(one, other, a, b, world, notes)
  // What differs under `on` hangs on where a server runs, and these run in one place.
  if (one.runIn !== undefined && (Object.keys(here).length > 0 || Object.keys(there).length > 0)) return null
  const on = Object.fromEntries(
    [[wordFor(a.side, world), here] as const, [wordFor(b.side, world), there] as const].filter(([, over]) => Object.keys(over).length > 0),
  )
  return { server: { ...base, ...(Object.keys(on).length === 0 ? {} : { on }) }, notes }
}

/** Two kinds of server under one name: nothing is common, so each side says all of it. */
function apart(one: ServerSpec, other: ServerSpec, a: SideServer, b: SideServer, world: World, notes: string[]): Unified | null {
  if (one.runIn !== undefined || other.runIn !== undefined) return null
  return { server: { on: { [wordFor(a.side, world)]: one, [wordFor(b.side, world)]: other } }, notes }
}

/** What a further side must say to be as it is; null where it cannot: an override takes no variable away. */
export function overrideFor(base: ServerSpec, server: ServerSpec): Override | null {
  const over: Override = {}
  if (base.runIn !== undefined || server.runIn !== undefined) return null
  for (const kind of serverKinds) if (server[kind] !== undefined && server[kind] !== base[kind]) over[kind] = server[kind]
  if (JSON.stringify(base.args ?? []) !== JSON.stringify(server.args ?? [])) over.args = [...(server.args ?? [])]
  for (const key of ['env', 'headers'] as const) {
    const texts = splitTexts(base[key], server[key])
    if (filled(texts.first)) return null
    if (filled(texts.second)) over[key] = { ...texts.second }
  }
  if (base.bin !== server.bin) {
    if (server.bin === undefined) return null
    over.bin = server.bin
  }
  if (base.transport !== server.transport) {
    if (server.transport === undefined) return null
    over.transport = server.transport
  }
  return over
}

/** A text of a server on one side. */
interface PlacedText {
  readonly side: Environment
  readonly text: string
}

const option = /^(--?[A-Za-z][\w.-]*=)?([\s\S]+)$/
const plain = (text: string): string => fillTemplates(text, (kind, name) => `\${${kind}:${name}}`)
const absolute = (side: Environment, text: string): boolean => (isWindows(side) ? looksWindowsPath(text) : looksPosixPath(text))

/** How a path is written in the manifest: from `~` where it lies in home's home, by its drive where it is on one, else as a side that has it spells it. */
export function* spellings(path: NativePath, side: Environment, home: Environment, world: World): Iterable<string> {
  const atHome = translate(world, path, side, home)
  const folder = isWindows(home) ? `${home.home}\\` : `${home.home}/`
  if (atHome?.startsWith(folder)) yield `~/${atHome.slice(folder.length).replaceAll('\\', '/')}`
  const all = world.environments.map((other) => translate(world, path, side, other)).filter((there) => there !== null)
  yield* all.filter((there) => /^[A-Za-z]:/.test(there))
  yield path
  yield* all
}

/**
 * The `${path:…}` that gives each of these texts back on its own side, when they are one file's path in two spellings;
 * null when they are not. An option in front (`--root=`) may be the same on both.
 */
function samePath(a: PlacedText, b: PlacedText, world: World, home: Environment): string | null {
  const [, lead = '', first = ''] = option.exec(plain(a.text)) ?? []
  const [, otherLead = '', second = ''] = option.exec(plain(b.text)) ?? []
  if (lead !== otherLead || !absolute(a.side, first) || !absolute(b.side, second)) return null
  const same = (from: Environment, to: Environment, one: string | null, other: string): boolean => {
    if (one === null) return false
    const there = translate(world, native(one), from, to)
    return joinPath(from, one) === joinPath(from, other) || (there !== null && there === translate(world, native(other), from, to))
  }
  for (const written of spellings(native(first), a.side, home, world)) {
    const place = readPath(written, world, home)
    const on = (side: Environment): string | null => (place === null ? null : translate(world, place.path, place.environment, side))
    if (!/[{}]/.test(written) && same(a.side, b.side, on(a.side), first) && same(b.side, a.side, on(b.side), second))
      return `${escapeTemplates(lead)}\${path:${written}}`
  }
  return null
}
