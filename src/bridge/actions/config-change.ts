import { clientById } from '../../catalog/clients/index.ts'
import { askForPlaceholders, fillReferences } from '../../core/import/pasted/placeholders.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { neutral } from '../../core/launch/read.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { badName } from '../../core/manifest/new-name.ts'
import { template, typedServer } from '../../core/manifest/typed.ts'
import { afterWish, describeWish, type ServerWish, wishDigest } from '../../core/plan/wish.ts'
import { lookUp } from '../../core/lookup.ts'
import { isObject, mapTexts, texts } from '../../core/object.ts'
import type { JsonObject } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { Settings } from '../base/settings.ts'
import { inLine } from '../base/text.ts'
import { denied, failed } from '../base/refusal.ts'
import { labelOf } from './target.ts'
import { isPath, readLine } from './wish-line.ts'

/** The arguments of update_mcp_config, not checked yet. */
export interface ConfigInput {
  readonly name: string
  readonly command?: string | undefined
  readonly args?: readonly string[] | undefined
  readonly env?: unknown
  readonly url?: string | undefined
  readonly remove?: boolean | undefined
}

/** A wish that was checked. */
export interface ConfigWish extends ServerWish {
  readonly name: string
  readonly params: JsonObject
  /** What the program asked for, in its own words, as one line. */
  readonly asked: string
}

const plain = /^[\w@%+=:,./${}~-]+$/
/** A word as a shell would take it, with invisible characters made visible. */
const word = (text: string): string => inLine(plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

function variablesIn(env: unknown): readonly (readonly [string, string])[] {
  if (env === undefined) return []
  if (!isObject(env)) throw failed('"env" must be an object of strings.')
  return Object.entries(env).map(([name, value]) => {
    if (typeof value !== 'string') throw failed(`"env" must be an object of strings; ${JSON.stringify(name)} is not a string.`)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw failed(`${JSON.stringify(name)} is no name of a variable.`)
    return [name, value]
  })
}

/** Checks a change of the config. Refuses a literal key, as a command line does: the queue would store it. */
export async function readWish(
  { name, command, args = [], env, url, remove }: ConfigInput,
  to: string | null,
  settings: Pick<Settings, 'self' | 'sides' | 'config'>,
): Promise<ConfigWish> {
  const bad = badName(name)
  if (bad !== null) throw failed(`${JSON.stringify(name)} cannot be the name of a server: ${bad}.`)
  if ([command, url, remove === true ? true : undefined].filter((each) => each !== undefined).length !== 1)
    throw failed('update_mcp_config takes one of command, url and remove: true.')
  if (command === undefined && (args.length > 0 || env !== undefined)) throw failed('"args" and "env" go with "command" only.')
  if (remove === true) return { name, to, params: { name, remove }, server: null, asked: `remove ${word(name)}` }
  const variables = variablesIn(env)
  const isFile = (path: string): Promise<boolean> => settings.config?.isFile(path) ?? Promise.resolve(false)
  if (command !== undefined) refuseNoProgram(command)
  const isLine = command !== undefined && /\s/.test(command) && !(isPath(command) && (await isFile(command)))
  const value = isLine
    ? await readLine(command, args, isFile)
    : url !== undefined
      ? { url }
      : { command: command ?? '', ...(args.length > 0 && { args: [...args] }) }
  refuseNoPackage(value)
  const whole =
    variables.length === 0 ? value : { ...value, env: { ...(isObject(value.env) ? value.env : {}), ...Object.fromEntries(variables) } }
  const server = await manifestServer(name, whole, settings)
  const params = {
    name,
    ...(command !== undefined && { command }),
    ...(args.length > 0 && { args: [...args] }),
    ...(variables.length > 0 && { env: Object.fromEntries(variables) }),
    ...(url !== undefined && { url }),
  }
  const started = [
    ...variables.map(([key, text]) => `${key}=${word(text)}`),
    ...(command === undefined ? [] : [isLine ? inLine(command) : word(command)]),
    ...args.map(word),
  ]
  return { name, to, params, server, asked: `${word(name)} = ${url === undefined ? started.join(' ') : word(url)}` }
}

/** Throws a Refusal for a command that is something else: an address, or JSON of a config. */
function refuseNoProgram(command: string): void {
  if (/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(command)) throw failed('Nothing was queued: "command" is an address; give it as "url".')
  if (/^\s*\{/.test(command))
    throw failed('Nothing was queued: "command" is JSON; give its command, args and env as params of this action.')
}

/** Throws a Refusal for a starter of packages that gets none. */
function refuseNoPackage({ command, args = [] }: JsonObject): void {
  const starter = /^(?:.*[\\/])?(npx|bunx|uvx|pipx)(?:\.cmd|\.exe)?$/i.exec(typeof command === 'string' ? command : '')?.[1]
  if (starter !== undefined && texts(args).every((word) => word.startsWith('-')))
    throw failed(
      `Nothing was queued: ${starter} starts nothing by itself; name the package, as in ${starter}${starter === 'npx' ? ' -y' : ''} PACKAGE.`,
    )
}

/** What a program's config would say, as the manifest writes it: `npx -y pkg` is a package, and `{secret:NAME}` a template. */
async function manifestServer(name: string, value: JsonObject, { self, sides }: Pick<Settings, 'self' | 'sides'>): Promise<ServerSpec> {
  // What follows would take a template for plain text of a config.
  const said = mapTexts(value, (text) => text.replace(/\$\{(secret|path|env):/g, '{$1:')) as JsonObject
  const entry = meaning(said, { spelling: {} })
  if ('unreadable' in entry) throw failed(`Nothing was queued: ${entry.unreadable}.`)
  const pairs = (texts: Readonly<Record<string, string>>): string[] => Object.entries(texts).map(([key, text]) => `${key}=${text}`)
  const typed =
    entry.kind === 'stdio'
      ? { command: entry.command, args: entry.args, env: pairs(entry.env), headers: [] }
      : { url: entry.url, args: [], env: [], headers: pairs(entry.headers) }
  const judged = typedServer(name, { ...typed, secrets: [], only: [] })
  if (!judged.ok) throw denied(`Nothing was queued: ${judged.reason}; ${judged.hint}.`)
  const { others } = await sides()
  const world = { environments: [self, ...others] }
  const read = neutral(entry, { environment: self, world, home: self, lock: { version: 1, packages: {} }, folders: () => null })
  const server = mapTexts(fillReferences(read, name), template) as ServerSpec
  const missing = keysOf(askForPlaceholders(server, name, 'pasted')).filter((key) => !keysOf(server).includes(key))
  if (missing.length > 0)
    throw failed(`Nothing was queued: instead of a key it holds an example; name the key itself, as \${secret:${missing[0]}}.`)
  return server
}

/** Throws a Refusal if no config of the program is known. */
export function demandConfigOf(to: string | null): void {
  if (to !== null && clientById(to) === null)
    throw failed(`No config of ${JSON.stringify(to)} is known, so it cannot be changed; leave "to" out to change every program's.`)
}

/** What the person is shown who decides: the whole server as it will stand, what differs from now, and how to approve it. */
export function needsOf(id: string, wish: ConfigWish, standing: ServerSpec | undefined): JsonObject {
  const after = afterWish(standing, wish)
  const command = `mcp-twin actions run ${id}`
  const where = wish.to === null ? `every program's config` : `the config of ${labelOf(wish.to)}`
  const lines = describeWish(standing, after).map(inLine)
  const message = [`This changes ${where} once a person approves it: ${wish.asked}`, ...lines, `To approve it: ${command}`].join('\n')
  return { message, command, change: wish.asked, digest: wishDigest(standing, after) }
}

/** The server that stands under the name of a wish now. Throws a Refusal where the manifest cannot be read. */
export const standingServer = async (name: string, { config }: Pick<Settings, 'config'>): Promise<ServerSpec | undefined> =>
  lookUp((await config?.servers()) ?? {}, name)
