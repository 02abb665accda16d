import type { Context } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { lookUp } from '../core/lookup.ts'
import { badName } from '../core/manifest/new-name.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import { usageError } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'
import { unknownName } from './unknown.ts'

/** Throws with the nearest name if the manifest has no such server. */
export function demandServer(manifest: Manifest, name: string): void {
  if (lookUp(manifest.servers, name) !== undefined) return
  throw unknownName('server', name, Object.keys(manifest.servers), 'to see all servers: mcp-twin list')
}

/** Whether entries remain of a server that the manifest no longer has: the command that removed it was interrupted. */
export const isLeftOver = ({ manifest, state }: Situation, name: string): boolean =>
  lookUp(manifest.servers, name) === undefined &&
  Object.values(state.files).some((clients) =>
    Object.values(clients).some((files) =>
      Object.values(files).some(({ entries }) => Object.values(entries).some((entry) => entry.server === name)),
    ),
  )

/** Throws if a new name is not allowed, showing its invisible characters as escapes. */
export function refuseBadName(name: string): void {
  const reason = badName(name)
  if (reason !== null) throw usageError(`"${visible(name)}" cannot be the name of a server: ${reason}.`, { hint: 'choose another name' })
}

/**
 * What `--client` or `--on` say of a command that takes a server out: only there. Empty: everywhere. Both
 * at once would mean one program on one side, for which the manifest has no word.
 */
export function onlyThere({ command, options }: Context, names: readonly string[]): string[] {
  const [clients, sides] = [options.client ?? [], options.on ?? []]
  if (clients.length > 0 && sides.length > 0)
    throw usageError(`${command} takes --client or --on, not both.`, {
      hint: `mcp-twin ${command} ${names.map(quoted).join(' ')} --client ${clients.join(',')}`,
    })
  return [...clients, ...sides]
}

/** The changes that keep a server out of these places: `except` names them. */
export function leaveOut({ servers }: Manifest, name: string, words: readonly string[]): ManifestChange[] {
  const before = servers[name]?.except ?? []
  const value = [...new Set([...before, ...words])]
  return value.length === before.length ? [] : [{ kind: 'set', path: ['servers', name, 'except'], value }]
}
