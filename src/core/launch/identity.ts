import { createHash } from 'node:crypto'
import type { Environment } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { lookUp } from '../lookup.ts'
import { serverOn } from './side.ts'

const sorted = (values: Readonly<Record<string, string>> = {}): [string, string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/**
 * What a server starts where it runs, in the manifest's words, which name keys and never hold them: a package with its pinned version, a
 * command or an address, arguments, variables and headers. The same on two sides unless `on` makes them differ.
 */
function startOf(server: ServerSpec, side: Environment, { packages }: Lock) {
  const { package: words, command, url, args = [], bin, transport, env, headers } = serverOn(server, side)
  const locked = words === undefined ? undefined : lookUp(packages, words)
  const what = words === undefined ? (command ?? url) : locked === undefined ? words : `${locked.name}@${locked.version}`
  const kind = words !== undefined ? 'package' : command !== undefined ? 'command' : 'url'
  return { is: [kind, what, bin ?? null, transport ?? null, args], env: sorted(env), headers: sorted(headers) }
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** SHA-256, in hex, of what a server starts there, the texts of its variables included: its tools may depend on them. */
export function weightDigest(server: ServerSpec, side: Environment, lock: Lock): string {
  const { is, env, headers } = startOf(server, side, lock)
  return hash([is, env, headers])
}
