import { builtinServers } from '../catalog/servers/index.ts'
import type { add as spec } from '../cli/specs/add.ts'
import type { Context } from '../context.ts'
import { formatOfFile } from '../core/formats/index.ts'
import { remainingPlaceholders, withValue } from '../core/import/pasted/placeholders.ts'
import { readSnippet } from '../core/import/pasted/snippet.ts'
import { type SecretNames, secretNames } from '../core/keys/naming.ts'
import { escapeTemplates } from '../core/keys/template.ts'
import type { NeutralContext } from '../core/launch/read.ts'
import { template } from '../core/manifest/typed.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { readPastedText } from '../effects/run/pasted.ts'
import { uvOn } from '../effects/sync/import.ts'
import { isEnvironmentName } from '../core/manifest/rules.ts'
import { meansEnvironment } from '../core/participants.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { visible } from '../ui/escape.ts'
import { describeUnderstood, type AskedKeyFacts } from '../ui/understood.ts'
import { describe } from './add-typed.ts'
import { nameOnly } from './named-servers.ts'

/** A text with servers in it, and where it came from. */
export interface Pasted {
  readonly text: string
  /** `argument`: a key in it is refused, since the shell remembers it. */
  readonly from: 'argument' | 'standard input'
}

/** Servers to be added, with the keys that came along. */
export interface NewServers {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly keys: ReadonlyMap<string, Secret>
  /** Built-in servers that were met under another name, and whose folders are needed. */
  readonly builtins: readonly string[]
  readonly notes: readonly string[]
  /** Digests of what is agreed to besides what the manifest says. */
  readonly agreed?: readonly string[]
}

/** What is piped in, or pasted into the terminal. */
export const pastedText = ({ io, signal }: Context): Promise<string> =>
  readPastedText(signal, () => io.note('Paste JSON, TOML or a command line; an empty line or Ctrl-D ends it:'))

/** The servers of a text as a README shows it; keys in it go into the store. */
export async function readPasted(
  context: Context,
  { text, from }: Pasted,
  given: string | undefined,
  around: NeutralContext,
  names: SecretNames,
): Promise<NewServers> {
  const toml = await formatOfFile('config.toml')
  if (toml === null) throw new Error('no format reads TOML')
  const listed = await builtinServers()
  const known = (server: ServerSpec) => listed.find((each) => isSame(each.server, server))
  const nameOf = (server: ServerSpec): string | null => known(server)?.name ?? null
  const parse = (name: string | undefined) =>
    readSnippet(text, { ...(name === undefined ? {} : { name }), context: around, toml, names, nameOf })
  let read = parse(given)
  if (!read.ok && read.nameless === true && context.prompt.able)
    read = parse(await context.prompt.text('Name for this server:', { flag: '--name NAME' }))
  if (!read.ok)
    throw usageError(`Not understood: ${read.reason}.`, { hint: read.hint, place: { file: from, line: read.line, column: read.column } })
  for (const { value } of read.secrets) context.io.hide(value)
  if (from === 'argument') refuseKeys(read.secrets.map(({ name }) => name))
  const builtins: string[] = []
  const servers = Object.entries(read.servers).map(([name, server]): [string, ServerSpec] => {
    const typed = from === 'argument' ? withTemplates(server) : server
    const builtin = known(typed)
    if (builtin === undefined || typed.env !== undefined || typed.headers !== undefined || typed.args !== undefined) return [name, typed]
    builtins.push(builtin.name)
    return [name, { ...builtin.server, ...typed }]
  })
  return {
    servers: Object.fromEntries(servers),
    keys: new Map(read.secrets.map((each) => [each.name, each.value])),
    builtins,
    notes: read.notes,
  }
}

/** The same package in whatever version, or the same address. */
const isSame = (a: ServerSpec, b: ServerSpec): boolean =>
  (a.package !== undefined && b.package !== undefined && nameOnly(a.package) === nameOnly(b.package)) ||
  (a.url !== undefined && a.url === b.url)

function refuseKeys(names: readonly string[]): void {
  const [first] = names
  if (first === undefined) return
  const shown = names.map((name) => `${name}=••••••••`).join(', ')
  throw usageError(`A key does not belong on a command line, where the shell remembers it: ${shown}.`, {
    hint: `write {secret:${first}} in its place, or have it read from the terminal: mcp-twin add -`,
  })
}

/** `{secret:NAME}` typed in an argument, wherever it is. */
function withTemplates(server: ServerSpec): ServerSpec {
  const fill = (value: unknown): unknown =>
    typeof value === 'string'
      ? template(value)
      : Array.isArray(value)
        ? value.map(fill)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each)]))
          : value
  return fill(server) as ServerSpec
}

/** The servers of a text, with what the flags beside it add. */
export async function readText(
  context: Context,
  situation: Situation,
  pasted: Pasted,
  rest: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
): Promise<NewServers> {
  const words = only.filter(isEnvironmentName)
  const hasUv = await uvOn(context.system, situation, [pasted.text])
  const isEverywhere = situation.sides.every(
    (side) => hasUv(side) || (words.length > 0 && !words.some((word) => meansEnvironment(word, side))),
  )
  const around = {
    environment: situation.self,
    world: situation.world,
    home: situation.home.environment,
    lock: situation.lock,
    folders: () => null,
    manifest: situation.manifest,
    hasUv: () => isEverywhere,
  }
  const isInput = pasted.from === 'standard input'
  const name = options.name ?? (isInput ? rest[0] : undefined)
  const found = await readPasted(context, pasted, name, around, await namesBeside(context, situation))
  const args = isInput ? [] : rest
  const isMore = args.length > 0 || [options.env, options.secret, options.header, options.transport].some((each) => each !== undefined)
  const names = Object.keys(found.servers)
  if (isMore && names.length > 1)
    throw usageError(`Flags cannot be added to several servers: ${names.join(', ')}.`, { hint: 'paste one server at a time' })
  const servers = Object.entries(found.servers).map(([each, server]) => [each, describe(each, args, options, only, server)])
  return { ...found, servers: Object.fromEntries(servers) }
}

/** Shows what was understood, and asks once where somebody can answer. */
export async function show({ io, prompt }: Context, servers: Readonly<Record<string, ServerSpec>>, facts: AskedKeyFacts): Promise<void> {
  for (const line of describeUnderstood(servers, facts, io.paint, io.width)) io.out(line)
  if (!prompt.able) return
  const question = Object.keys(servers).length === 1 ? 'Add this server?' : 'Add these servers?'
  if (!(await prompt.confirm(question, { flag: '--yes' })))
    throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}

/** Examples that are no keys (`/path/to/folder`, `<org>`) are asked for; an empty answer leaves them. */
export async function askExamples(
  { prompt }: Context,
  servers: Readonly<Record<string, ServerSpec>>,
): Promise<Readonly<Record<string, ServerSpec>>> {
  if (!prompt.able) return servers
  const answered = { ...servers }
  for (const [name, server] of Object.entries(servers)) {
    for (const { field, text: example } of remainingPlaceholders(server)) {
      const value = await prompt.text(`${visible(name)}: ${visible(example)} is an example (${field}). Value, empty to leave it:`, {
        flag: '--yes',
      })
      if (value !== '') answered[name] = withValue(answered[name] ?? server, field, example, escapeTemplates(value))
    }
  }
  return answered
}

export const exampleNotices = (servers: Readonly<Record<string, ServerSpec>>, manifest: string): string[] =>
  Object.entries(servers).flatMap(([name, server]) =>
    remainingPlaceholders(server).map(
      ({ field, text: example }) =>
        `${name}: "${example}" is an example: put its value into servers.${name}.${field} of ${manifest}, then: mcp-twin sync`,
    ),
  )

/** Names for keys of a snippet: one that the store has for another key is not given again. */
async function namesBeside(context: Context, situation: Situation): Promise<SecretNames> {
  const store = openSecrets(context.system, situation.home.here, situation.manifest, situation.self.id)
  const stored = new Map<string, Secret | null>()
  for (const each of await store.list()) stored.set(each, await store.get(each))
  return secretNames((each) => stored.get(each) ?? null)
}

/** Names of the keys that the store has. */
export const storedNames = (context: Context, situation: Situation): Promise<string[]> =>
  openSecrets(context.system, situation.home.here, situation.manifest, situation.self.id).list()
