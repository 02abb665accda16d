import { layout } from '../../core/layout.ts'
import { fromHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { BackupRun } from '../store/backup.ts'
import { rewriteFile } from '../store/rewrite.ts'
import type { Situation } from '../manifest/open.ts'
import { serverChanges } from '../manifest/server-changes.ts'
import { stateBytes } from '../manifest/records.ts'

const sameBytes = (a: Uint8Array | null, b: Uint8Array): boolean =>
  a !== null && a.length === b.length && a.every((byte, at) => byte === b[at])

/** Writes the manifest, its lock or our records, backed up so that undo restores them too. Returns whether the file changed. */
export async function writeOwn(
  system: System,
  situation: Situation,
  here: ReachablePath,
  shown: string,
  bytes: Uint8Array,
  run: BackupRun,
  mode = 0o644,
): Promise<boolean> {
  const { place } = situation
  const isProject = here === place.here || here === place.lockHere
  const within = isProject ? place.root : null
  const { environment } = situation.home
  // As its side spells it, so that undo finds the file.
  const file = fromHere(environment, here) ?? shown
  const servers = here === place.here ? serverChanges(situation.bytes, bytes) : undefined
  const note = { environment: environment.id, client: null, file, entries: [], servers, project: within ?? undefined }
  const backup = run.forFile(note)
  const target = { here, shown, side: situation.self.id, links: 'follow' as const, createMode: mode, within }
  const outcome = await rewriteFile(
    system,
    target,
    (present) => (sameBytes(present, bytes) ? { kind: 'nothing' } : { kind: 'replace', bytes, holdsKey: false }),
    backup,
  )
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    throw new TwinError('not-written', outcome.reason ?? `${shown} could not be written`, {
      place: { file: shown },
      hint: outcome.hint ?? 'fix that, then run the same command again; it continues from here',
    })
  }
  return outcome.kind === 'written'
}

/** Saves which entries are ours, if that has changed. */
export async function writeState(system: System, situation: Situation, state: State, run: BackupRun): Promise<void> {
  if (state === situation.savedState) return
  const { home, statePath } = situation
  await writeOwn(system, situation, statePath, layout(home.environment, home.folder).state, stateBytes(state), run, 0o600)
}
