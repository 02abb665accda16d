import type { Entry, Launch, Remote } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { escapeTemplates } from '../keys/template.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { meansEnvironment } from '../participants.ts'
import { looksPosixPath, looksWindowsPath } from '../paths.ts'
import { uncross } from './cross-border.ts'
import { programName } from './command-line.ts'
import { launcherWords, type NeutralContext, packageOfScript, serverNamed, wordsFor } from './package.ts'
import { insideShell, runnerPackage } from './package-runner.ts'
import { wordFor } from './side.ts'

export type { NeutralContext } from './package.ts'

/** An entry of our own that names a server of a manifest, or the bridge, instead of saying what is started. */
type OwnEntry = { readonly kind: 'run'; readonly server: string; readonly project: boolean } | { readonly kind: 'bridge' }

/** Reads an entry that names our launcher; null for every other one. */
export function ownEntry(entry: Entry, context: NeutralContext): OwnEntry | null {
  if (entry.kind === 'remote') return null
  const crossed = uncross(entry, context.environment, context.world)
  const side = crossed?.runs ?? context.environment
  const { command, args } = crossed?.launch ?? entry
  const words = programName(command) === 'node' ? launcherWords(side, args, context.folders(side.id)) : null
  if (words === null) return null
  const [verb, ...rest] = words
  if (verb === 'serve') return { kind: 'bridge' }
  const server = rest.find((word) => !word.startsWith('--'))
  return verb === 'run' && server !== undefined ? { kind: 'run', server, project: rest.some((word) => word.startsWith('--project')) } : null
}

const some = <K extends string, V extends object>(key: K, value: V): Partial<Record<K, V>> => {
  const made: Partial<Record<K, V>> = {}
  if (Object.keys(value).length > 0) made[key] = value
  return made
}

/** A command server exactly as typed. */
const asTyped = ({ command, args, env }: Launch): ServerSpec => ({ command, ...some('args', [...args]), ...some('env', { ...env }) })

/** A launch as a package, or as the remote server behind one; null where it has no such form. */
function fromNative(launch: Launch, side: Environment, context: NeutralContext): ServerSpec | null {
  const inner = insideShell(launch.command, launch.args)
  const [command = '', ...args] = inner ?? [launch.command, ...launch.args]
  const run = runnerPackage(command, args)
  if (run !== null) {
    const parsed = parseWords(run.words)
    const exact = 'refuse' in parsed || parsed.range === null || !isExact(parsed.range) ? null : parsed
    const words = exact === null ? run.words : wordsFor(exact.name, exact.range ?? '', context, 'server')
    return fromPackage({ package: words, ...(run.bin === undefined ? {} : { bin: run.bin }) }, run.args, launch.env)
  }
  const [script = '', ...rest] = args
  if (programName(command) !== 'node' || !(looksPosixPath(script) || looksWindowsPath(script))) return null
  const found = packageOfScript(side, script, context)
  return found === null ? null : fromPackage(found, rest, launch.env)
}

function fromPackage(found: Pick<ServerSpec, 'package' | 'bin'>, args: readonly string[], env: Launch['env']): ServerSpec {
  if (found.bin === undefined && /^mcp-remote(?:@|$)/.test(found.package ?? '')) {
    const remote = behindMcpRemote(args, env)
    if (remote !== null) return fromRemote(remote)
  }
  return { ...found, ...some('args', [...args]), ...some('env', { ...env }) }
}

const fromRemote = ({
  url,
  transport,
  headers,
}: {
  url: string
  transport: 'http' | 'sse'
  headers: Readonly<Record<string, string>>
}): ServerSpec => ({
  url,
  ...(transport === 'sse' ? { transport } : {}),
  ...some('headers', { ...headers }),
})

/** The word for where it runs: the manifest's own where that means this side. */
function runInWord(runs: Environment, { manifest, name, world }: NeutralContext): string {
  const own = serverNamed(manifest, name)?.runIn
  return own !== undefined && meansEnvironment(own, runs) ? own : wordFor(runs, world)
}

function fromLaunch(launch: Launch, context: NeutralContext): ServerSpec {
  const { environment, world } = context
  const crossed = uncross(launch, environment, world)
  if (crossed === null) return fromNative(launch, environment, context) ?? asTyped(launch)
  const { runs, shell } = crossed
  const runIn = runInWord(runs, context)
  const found = fromNative(crossed.launch, runs, context)
  if (found !== null) return found.url === undefined ? { ...found, runIn } : asTyped(launch)
  // Words that a shell on the other side would look for on its PATH stay with that shell.
  const absolute = looksPosixPath(crossed.launch.command) || looksWindowsPath(crossed.launch.command)
  return shell || !absolute ? asTyped(launch) : { ...asTyped(crossed.launch), runIn }
}

/** Text as it was found is no template of ours, whatever it looks like. */
function plain(server: ServerSpec): ServerSpec {
  const each = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escapeTemplates(text)]))
  return {
    ...server,
    ...(server.command === undefined ? {} : { command: escapeTemplates(server.command) }),
    ...(server.url === undefined ? {} : { url: escapeTemplates(server.url) }),
    ...(server.args === undefined ? {} : { args: server.args.map(escapeTemplates) }),
    ...(server.env === undefined ? {} : { env: each(server.env) }),
    ...(server.headers === undefined ? {} : { headers: each(server.headers) }),
  }
}

/**
 * What an entry is in the manifest's words: a package however it is started, a remote server, or a command exactly as
 * typed where it is neither. Keys still stand in it as they stood there (`extractKeys` takes them out); text that looks
 * like a template of ours is escaped. Nothing is guessed: a version that no path and no lock tells is left open.
 */
export function neutral(entry: Entry, context: NeutralContext): ServerSpec {
  if (entry.kind === 'remote') return plain(fromRemote(entry))
  const own = ownEntry(entry, context)
  const server = own?.kind === 'run' ? serverNamed(context.manifest, own.server) : undefined
  return server ?? plain(fromLaunch(entry, context))
}

/** Ways of `mcp-remote` to speak, as ours. The ones that try both are left to it. */
const transports: ReadonlyMap<string, Remote['transport']> = new Map([
  ['http-only', 'http'],
  ['http-first', 'http'],
  ['sse-only', 'sse'],
])

/**
 * The server behind `mcp-remote URL --header …`, a package that relays stdio to a remote server. It puts variables of
 * its own environment into headers (`--header "Authorization:${AUTH}"`), so they are filled in here. Null without a
 * header: then it may hold a login of its own (OAuth) that nothing else can use; and null for options that a plain
 * address cannot say.
 */
function behindMcpRemote(args: readonly string[], env: Readonly<Record<string, string>>): Remote | null {
  const [url = '', ...rest] = args
  if (!/^https?:\/\/\S+$/i.test(url)) return null
  const headers: [string, string][] = []
  const used = new Set<string>()
  let transport: Remote['transport'] = 'http'
  for (let at = 0; at < rest.length; at++) {
    const [, flag = '', value] = /^(--[\w-]+)(?:=([\s\S]*))?$/.exec(rest[at] ?? '') ?? []
    if (flag === '--allow-http' || flag === '--silent') continue
    const given = value ?? rest[++at]
    if (given === undefined) return null
    if (flag === '--transport') {
      const known = transports.get(given)
      if (known === undefined) return null
      transport = known
    } else if (flag === '--header') {
      const [, name, text] = /^\s*([^\s:]+)\s*:\s*([\s\S]*)$/.exec(given) ?? []
      if (name === undefined || text === undefined) return null
      headers.push([name, fill(text, env, used)])
    } else return null
  }
  // A variable that stands in no header is for mcp-remote itself: a proxy, a certificate.
  if (headers.length === 0 || Object.keys(env).some((name) => !used.has(name))) return null
  return { url, transport, headers: Object.fromEntries(headers) }
}

const fill = (text: string, env: Readonly<Record<string, string>>, used: Set<string>): string =>
  text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    if (!Object.hasOwn(env, name)) return whole
    used.add(name)
    return env[name] ?? ''
  })
