import { clientById, clients } from '../../catalog/clients/index.ts'
import { removeAt, setAt } from '../../core/formats/json/tree-edit.ts'
import { clientName } from '../../core/launch/render.ts'
import { lookUp } from '../../core/lookup.ts'
import { parseManifest } from '../../core/manifest/parse.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Decision } from '../store/decision.ts'

const isLock = (file: string): boolean => /[\\/]mcp-twin\.lock\.json$/.test(file)

const parse = (bytes: Uint8Array): Manifest | null => {
  const parsed = parseManifest(
    bytes,
    clients.map(({ id }) => id),
  )
  return parsed.ok ? parsed.manifest : null
}

/** The servers whose entries a run changed, by the names that the manifests before and now have for them. */
function changedServers(files: readonly BackedUpFile[], manifests: readonly Manifest[]): string[] {
  const names = [...new Set(manifests.flatMap(({ servers }) => Object.keys(servers)))]
  return names.filter((name) =>
    files.some(({ client, entries }) => {
      const definition = client === null ? null : clientById(client)
      return definition !== null && entries.includes(clientName(definition, name, names))
    }),
  )
}

/**
 * Decides about the manifest or its lock, edited since the run. Of the manifest the servers go back that the run changed; every
 * other edit stays. A lock keeps what later runs pinned.
 */
export function revertManifest(
  current: Uint8Array,
  before: Uint8Array | null,
  file: BackedUpFile,
  files: readonly BackedUpFile[],
  force: boolean,
): Decision {
  if (force) return before === null ? { kind: 'remove' } : { kind: 'replace', bytes: before, holdsKey: false }
  if (isLock(file.file)) return { kind: 'nothing' }
  const [now, was] = [parse(current), before === null ? { version: 1 as const, servers: {} } : parse(before)]
  const refused = (reason: string): Decision => ({ kind: 'refuse', reason, hint: 'to restore it all the same: mcp-twin undo --force' })
  if (now === null || was === null) return refused('edited since that run, so that it cannot be read')
  let text = new TextDecoder().decode(current)
  for (const name of changedServers(files, [now, was])) {
    const [is, then] = [lookUp(now.servers, name), lookUp(was.servers, name)]
    if (JSON.stringify(is) === JSON.stringify(then)) continue
    const path = ['servers', name]
    const edited = then === undefined ? removeAt(text, path) : setAt(text, path, JSON.parse(JSON.stringify(then)))
    if (!edited.ok) return refused(`edited since that run: ${edited.refusal.reason}`)
    text = edited.text
  }
  const bytes = new TextEncoder().encode(text)
  if (parse(bytes) === null) return refused('edited since that run, and no longer valid without its edits')
  return Buffer.from(bytes).equals(current) ? { kind: 'nothing' } : { kind: 'replace', bytes, holdsKey: false }
}
