import type { Entry, JsonObject, Launch } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { Override, ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { isWindows } from '../paths.ts'
import { cross } from './cross-border.ts'
import { stdioValue } from './launcher.ts'
import type { RenderRequest } from './request.ts'
import { resolveServer } from './resolve.ts'

/** An entry that needs nothing of ours. */
export interface PlainEntry {
  readonly value: JsonObject
  /** Keys that the store does not have: their names are in the entry in their place. */
  readonly missing: readonly string[]
}

/**
 * A server of the manifest as an entry that works without us, for an uninstall: a package by npx, a remote server by its address or
 * by mcp-remote, keys filled in. Null: it has no such form.
 */
export function plainEntry(request: RenderRequest): PlainEntry | null {
  const missing = new Set<string>()
  const lenient: RenderRequest = {
    ...request,
    manifest: { ...request.manifest, launch: 'npx' },
    server: withoutLaunch(request.server),
    key: (name) => {
      const key = request.key(name)
      if (key === null) missing.add(name)
      return key ?? new Secret(`<${name}>`)
    },
    variable: (name) => request.variable(name) ?? '',
  }
  const resolved = resolveServer(lenient)
  if (resolved.kind !== 'resolved') return null
  const { client, environment, world } = request
  const { entry, runs } = resolved
  const remote = entry.kind === 'remote' ? (client.spelling.remote?.(entry) ?? null) : null
  if (remote !== null) return { value: remote, missing: [...missing] }
  const crossed = entry.kind === 'remote' ? byMcpRemote(entry, environment) : cross(entry, environment, runs, world)
  return 'reason' in crossed ? null : { value: stdioValue(client, crossed), missing: [...missing] }
}

/** The server as `npx` starts it, whatever the manifest says of that. */
function withoutLaunch(server: ServerSpec): ServerSpec {
  const { launch: _, disabled: _disabled, on, ...rest } = server
  const plain = ({ launch: _, ...over }: Override): Override => over
  if (on === undefined) return rest
  return { ...rest, on: Object.fromEntries(Object.entries(on).map(([side, over]) => [side, plain(over)])) }
}

/** A line for npx as a program of that side starts it: on Windows npx is a batch file. */
export const byNpx = (side: Environment, words: readonly string[]): Pick<Launch, 'command' | 'args'> =>
  isWindows(side) ? { command: 'cmd', args: ['/c', 'npx', ...words] } : { command: 'npx', args: words }

/** A remote server for a client that starts programs only. Headers are in variables: arguments are seen by every process. */
function byMcpRemote({ url, transport, headers }: Entry & { kind: 'remote' }, side: Environment): Launch {
  const named = Object.entries(headers).map(([name, value], at) => [name, `HEADER_${at + 1}`, value] as const)
  const isLocal = /^http:\/\/(?:localhost|127\.0\.0\.1)(?:[:/]|$)/i.test(url)
  return {
    ...byNpx(side, [
      ...['-y', 'mcp-remote', url],
      ...(transport === undefined ? [] : ['--transport', `${transport}-only`]),
      ...(/^http:/i.test(url) && !isLocal ? ['--allow-http'] : []),
      ...named.flatMap(([name, variable]) => ['--header', `${name}:\${${variable}}`]),
    ]),
    env: Object.fromEntries(named.map(([, variable, value]) => [variable, value])),
  }
}
