import { isDeepStrictEqual } from 'node:util'
import { compareImport, type ImportChanges } from '../core/export/compare.ts'
import { confirmedPart, type ExportPart, type Incoming } from '../core/export/incoming.ts'
import { withheldBy } from '../core/export/settled.ts'
import { isAgreed } from '../core/launch/identity.ts'
import { lookUp } from '../core/lookup.ts'
import { wordsOf } from '../core/manifest/names.ts'
import { nearest } from '../core/nearest.ts'
import type { ReadExport } from '../effects/export/read.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { writtenIn } from '../effects/manifest/server-changes.ts'
import { editManifest } from '../effects/sync/edit-manifest.ts'
import type { Edited } from '../effects/sync/sync.ts'
import { usageError } from '../errors.ts'
import type { Manifest, ServerSpec } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'

export const presentIn = (situation: Situation): Manifest | null => (situation.bytes === null ? null : writtenIn(situation))

/** What an import does here when these parts are confirmed. */
export function compared(
  situation: Situation,
  read: ReadExport,
  found: Incoming,
  confirmed: ReadonlySet<ExportPart>,
  theirs: ReadonlySet<string>,
): ImportChanges {
  const { lock, state } = situation
  const declined = found.apart.flatMap(({ part }) => (confirmed.has(part) ? [] : [part]))
  return compareImport(
    { manifest: presentIn(situation), lock, imported: state.imported ?? {} },
    { from: read.shown, manifest: confirmedPart(found, confirmed), lock: read.lock, withheld: withheldBy(declined), theirs },
  )
}

/** Throws where `--theirs` names what neither the export nor an import before has. */
export function demandKnown(theirs: ReadonlySet<string>, { compared: known }: ImportChanges, { manifest }: Incoming): void {
  const names = [
    ...new Set([...known.flatMap(({ kind, name, as }) => (kind === 'pin' ? [] : [name, as])), ...Object.keys(manifest.servers)]),
  ]
  for (const name of theirs) {
    if (names.includes(name)) continue
    const guess = nearest(name, names)
    throw usageError(`The export has no "${visible(name)}", and none came from it.`, {
      hint: guess === null ? '--theirs takes the name of a server or of a setting' : `did you mean "${guess}"?`,
    })
  }
}

/** The servers of an export that are here afterwards as it says, by their names here. */
export const comingOf = ({ servers }: Manifest, { compared: all }: ImportChanges): Manifest['servers'] =>
  Object.fromEntries(
    all.flatMap(({ kind, name, as, verdict }) => {
      const server = lookUp(servers, name)
      return kind === 'server' && server !== undefined && ['same', 'add', 'follow'].includes(verdict) ? [[as, server] as const] : []
    }),
  )

export const idleWords = ({ compared: all }: ImportChanges): string =>
  all.some(({ verdict }) => verdict === 'add' || verdict === 'follow')
    ? 'All that this starts was agreed to before.'
    : 'Nothing here is started in another way than before.'

/**
 * What an import changes that nobody on this computer has agreed to: servers that would start something else than before, and settings.
 * Empty: the person had all of it here already, so nothing is asked.
 */
export function notAgreed(opened: Situation, { compared: all, pins }: ImportChanges, found: Incoming, { lock }: ReadExport): string[] {
  const packages = { ...lock.packages, ...opened.lock.packages, ...pins }
  const taken = confirmedPart(found, new Set()).servers
  const repinned = (server: ServerSpec): boolean => wordsOf(server).some((words) => Object.hasOwn(pins, words))
  return all.flatMap(({ kind, name, as, verdict }) => {
    const isChanged = verdict === 'add' || verdict === 'follow'
    if (kind === 'setting') return isChanged || verdict === 'remove' ? [name] : []
    if (kind !== 'server') return []
    const server = isChanged ? lookUp(taken, name) : lookUp(opened.manifest.servers, as)
    if (server === undefined || verdict === 'remove' || !(isChanged || repinned(server))) return []
    return isAgreed(opened.state.agreed, server, opened.sides, { version: 1, packages }) ? [] : [as]
  })
}

/** This computer's manifest, lock and records after an import; null: nothing of them changes. */
export function withExport(
  situation: Situation,
  { changes, pins, record }: ImportChanges,
  { shown }: ReadExport,
  brought: Situation['brought'],
): Edited | null {
  const { imported = {} } = situation.state
  const isKnown = isDeepStrictEqual(lookUp(imported, shown), record)
  const state = isKnown ? situation.state : { ...situation.state, imported: { ...imported, [shown]: record } }
  const isRepinned = Object.keys(pins).length > 0
  if (isKnown && changes.length === 0 && !isRepinned && brought.size === 0 && situation.bytes !== null) return null
  const edited = changes.length === 0 && situation.bytes !== null ? { situation, bytes: null } : editManifest(situation, changes)
  const lock = isRepinned ? { ...situation.lock, packages: { ...situation.lock.packages, ...pins } } : situation.lock
  return { bytes: edited.bytes, situation: { ...edited.situation, brought, lock, state } }
}
