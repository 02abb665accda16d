import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import type { Manifest } from '../model/manifest.ts'

/**
 * What `--client` or `--on` say of a command that takes a server out, or brings it back: only there. Empty: everywhere. Both
 * at once would mean one program on one side, for which the manifest has no word.
 */
export function onlyThere({ command, options }: Context): string[] {
  const [clients, sides] = [options.client ?? [], options.on ?? []]
  if (clients.length > 0 && sides.length > 0)
    throw usageError(`${command} takes --client or --on, not both.`, {
      hint: `mcp-twin ${command} NAME --client ${clients.join(',')}`,
    })
  return [...clients, ...sides]
}

/** Keeps a server out of these places: it stays in the manifest, with their words in `except`. */
export function leaveOut({ servers }: Manifest, name: string, words: readonly string[]): ManifestChange[] {
  const before = servers[name]?.except ?? []
  const value = [...new Set([...before, ...words])]
  return value.length === before.length ? [] : [{ kind: 'set', path: ['servers', name, 'except'], value }]
}

/** Lets it into these places again. */
export function letIn({ servers }: Manifest, name: string, words: readonly string[]): ManifestChange[] {
  const before = servers[name]?.except ?? []
  const value = before.filter((word) => !words.includes(word))
  const path = ['servers', name, 'except']
  if (value.length === before.length) return []
  return [value.length === 0 ? { kind: 'remove', path } : { kind: 'set', path, value }]
}
