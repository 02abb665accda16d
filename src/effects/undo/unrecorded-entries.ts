import { digest, meaning } from '../../core/launch/meaning.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Reason } from '../../model/reason.ts'
import type { OwnedEntries } from './client-entries.ts'

/**
 * Counts entries that start what goes among ours, whoever put them there without our records: an undo, a program, a copy by hand.
 * `refuse`: one names what goes, and it is not known what it is without us. `isGone`: whether a text names such a file.
 */
export function withUnrecorded(
  client: ClientDefinition,
  bytes: Uint8Array | null,
  ours: OwnedEntries,
  isGone: (text: string) => boolean,
): { readonly ours: OwnedEntries } | { readonly refuse: Reason } {
  const read = bytes === null ? null : readClientFile(client, bytes)
  if (read?.ok !== true) return { ours }
  const records: Record<string, OwnedEntries['records'][string]> = {}
  for (const { name, value } of read.document.entries()) {
    if (Object.hasOwn(ours.records, name) || !isGone(JSON.stringify(value))) continue
    if (!ours.reader.isOurs(value, isGone))
      return {
        refuse: {
          reason: `"${name}" names a file that is to be removed, and mcp-twin did not write it`,
          hint: 'remove or change that entry by hand, then: mcp-twin uninstall',
        },
      }
    const said = meaning(value, client)
    records[name] = { server: ours.reader.serverOf(value) ?? name, digest: 'unreadable' in said ? '' : digest(said) }
  }
  return { ours: { ...ours, records: { ...ours.records, ...records }, unrecorded: Object.keys(records) } }
}
