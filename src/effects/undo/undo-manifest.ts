import { clientById } from '../../catalog/clients/index.ts'
import { removeAt, setAt } from '../../core/formats/json/tree-edit.ts'
import { clientName } from '../../core/launch/render.ts'
import { lookUp } from '../../core/lookup.ts'
import { editedWords } from '../../core/plan/revert.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import type { Manifest } from '../../model/manifest.ts'
import { manifestIn, serverDigest } from '../manifest/server-changes.ts'
import type { Decision } from '../store/decision.ts'

const isLock = (file: string): boolean => /[\\/]mcp-twin\.lock\.json$/.test(file)

/** The servers whose entries a run changed, by the names that the manifests before and now have for them: of older backups. */
function changedServers(files: readonly BackedUpFile[], manifests: readonly Manifest[]): string[] {
  const names = [...new Set(manifests.flatMap(({ servers }) => Object.keys(servers)))]
  return names.filter((name) =>
    files.some(({ client, entries }) => {
      const definition = client === null ? null : clientById(client)
      return definition !== null && entries.includes(clientName(definition, name, names))
    }),
  )
}

/** Whether a server of a manifest is as one of our runs left it. */
export type IsOurs = (file: string, server: string, digest: string | null) => boolean

/**
 * Decides about the manifest or its lock, edited since the run. Of the manifest the servers go back that the run changed and nobody
 * edited since; every edit stays. A lock keeps what later runs pinned.
 */
export function revertManifest(
  current: Uint8Array,
  before: Uint8Array | null,
  file: BackedUpFile,
  files: readonly BackedUpFile[],
  force: boolean,
  isOurs: IsOurs,
): Decision & { readonly left?: readonly string[] } {
  if (force) return before === null ? { kind: 'remove' } : { kind: 'replace', bytes: before, holdsKey: false }
  if (isLock(file.file)) return { kind: 'nothing' }
  const [now, was] = [manifestIn(current), before === null ? { version: 1 as const, servers: {} } : manifestIn(before)]
  const refused = (reason: string): Decision => ({ kind: 'refuse', reason, hint: 'to restore it all the same: mcp-twin undo --force' })
  if (now === null || was === null) return refused('edited since that run, so that it cannot be read')
  let text = new TextDecoder().decode(current)
  const left: string[] = []
  for (const name of file.servers?.map(({ server }) => server) ?? changedServers(files, [now, was])) {
    const [is, then] = [lookUp(now.servers, name), lookUp(was.servers, name)]
    const present = serverDigest(is)
    if (present === serverDigest(then)) continue
    if (file.servers !== undefined && !isOurs(file.file, name, present)) {
      left.push(name)
      continue
    }
    const path = ['servers', name]
    const edited = then === undefined ? removeAt(text, path) : setAt(text, path, JSON.parse(JSON.stringify(then)))
    if (!edited.ok) return refused(`edited since that run: ${edited.refusal.reason}`)
    text = edited.text
  }
  const bytes = new TextEncoder().encode(text)
  if (manifestIn(bytes) === null) return refused('edited since that run, and no longer valid without its edits')
  if (!Buffer.from(bytes).equals(current)) return { kind: 'replace', bytes, holdsKey: false, left }
  const [first] = left
  return first === undefined ? { kind: 'nothing' } : { kind: 'refuse', ...editedWords(first) }
}
