import type { Entry, Launch, Remote } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { escapeTemplates } from '../keys/template.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { meansEnvironment } from '../participants.ts'
import { looksPosixPath, looksWindowsPath } from '../paths.ts'
import { uncross } from './cross-border.ts'
import { programName } from './command-line.ts'
import { behindMcpRemote, isMcpRemote } from './mcp-remote.ts'
import { launcherWords, type NeutralContext, packageOfScript, type PackageSpec, pythonOfScript, serverNamed, wordsFor } from './package.ts'
import { insideShell, runnerPackage, uvxPackage } from './package-runner.ts'
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
  const python = pythonOfScript(side, command, context)
  if (python !== null) return fromPackage(python, args, launch.env)
  const tool = context.hasUv?.(side) === true ? uvxPackage(command, args) : null
  if (tool !== null) return fromPackage(tool.server, tool.args, launch.env)
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

function fromPackage(found: PackageSpec, args: readonly string[], env: Launch['env']): ServerSpec {
  if (isMcpRemote(found)) {
    const behind = behindMcpRemote(args, env)
    if ('server' in behind) return behind.server
  }
  return { ...found, ...some('args', [...args]), ...some('env', { ...env }) }
}

/** A remote entry. `http` is what is tried first anyway; it is named where the manifest names it already. */
const fromRemote = ({ url, transport, headers }: Remote, named: ServerSpec['transport']): ServerSpec => ({
  url,
  ...(transport === 'sse' || (transport === 'http' && named === 'http') ? { transport } : {}),
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
 * typed where it is neither. It still holds keys as they were there (`extractKeys` takes them out); text that looks
 * like a template of ours is escaped. Nothing is guessed: a version that no path and no lock tells is left open.
 */
export function neutral(entry: Entry, context: NeutralContext): ServerSpec {
  if (entry.kind === 'remote') return plain(fromRemote(entry, serverNamed(context.manifest, context.name)?.transport))
  const own = ownEntry(entry, context)
  const server = own?.kind === 'run' ? serverNamed(context.manifest, own.server) : undefined
  return server ?? plain(fromLaunch(entry, context))
}
