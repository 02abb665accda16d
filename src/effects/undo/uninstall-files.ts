import { clientById } from '../../catalog/clients/index.ts'
import { loadFormats } from '../../core/formats/index.ts'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import type { FileName } from '../../core/plan/records.ts'
import { makeStep } from '../../core/plan/step.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { JsonValue } from '../../model/entry.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { FileState, State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { Run } from '../store/backup.ts'
import type { Decision, RewriteTarget } from '../store/decision.ts'
import { keepMode } from '../machine/far-modes.ts'
import { projectBounds } from '../store/project-bounds.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { type HomePlace, ownFolder } from '../machine/home.ts'
import { type RemovedEntries, removeOwnEntries } from './client-entries.ts'
import { originalFiles } from './originals.ts'

/** Returns every client file of our records. */
export const recordedFiles = (state: State): { name: FileName; record: FileState }[] =>
  Object.entries(state.files).flatMap(([environment, clients]) =>
    Object.entries(clients).flatMap(([client, files]) =>
      Object.entries(files).map(([file, record]) => ({ name: { environment, client, file }, record })),
    ),
  )

/** Removes our entries from every file that we have written. Returns the steps; a file that refuses is unchanged. */
export async function clearFiles(
  system: System,
  world: World,
  home: HomePlace,
  state: State,
  backups: ReachablePath,
  run: Run,
): Promise<Step[]> {
  const original = await originalFiles(system, backups, layout(home.environment, home.folder).state, state)
  const folders = world.environments.flatMap((side) => [side.id === home.environment.id ? home.folder : ownFolder(system, side)])
  // Where backups are missing, the former entries are unknown, and every entry in our records counts as ours. Otherwise a
  // file that we never wrote has entries that were the same before us.
  const namesOwnFiles = (value: JsonValue): boolean => original.isCut || folders.some((folder) => names(value, folder))
  const steps: Step[] = []
  for (const { name, record } of recordedFiles(state)) {
    const target = await targetOf(system, world, home.environment, name, record.project)
    if (!('here' in target)) {
      steps.push(makeStep({ kind: 'refuse', ...name, ...target }))
      continue
    }
    const client = clientById(name.client)
    if (client === null) continue
    await loadFormats([client])
    const before = await original.of(name)
    let changed: RemovedEntries = { removed: [], restored: [] }
    const entries = Object.keys(record.entries)
    const outcome = await rewriteFile(
      system,
      target,
      (current, mode) => {
        const ours = { names: entries, created: record.created === true, original: before, namesOwnFiles }
        const decision = removeOwnEntries(client, current, ours, (report) => (changed = report))
        return withFormerMode(decision, current, mode ?? null, before?.mode ?? null)
      },
      run.forFile({ ...name, entries, project: record.project }),
    )
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      const { reason = 'could not be written', hint = null } = outcome
      steps.push(makeStep({ kind: 'refuse', ...name, outcome: outcome.kind, reason, hint }))
    } else if (outcome.kind === 'written') steps.push(...stepsOf(name, record, changed, outcome.after === null))
  }
  return steps
}

/**
 * The decision with the mode that the file had before us, where it still has the one that we give to files with keys. Other
 * programs keep it when they write the file, so that nobody else gives it back.
 */
function withFormerMode(decision: Decision, bytes: Uint8Array | null, mode: number | null, former: number | null): Decision {
  if (former === null || (former & 0o077) === 0 || mode === null || (mode & 0o777) !== 0o600) return decision
  if (decision.kind === 'replace') return { ...decision, mode: decision.mode ?? former }
  return decision.kind === 'nothing' && bytes !== null ? { kind: 'replace', bytes, holdsKey: false, mode: former } : decision
}

/** Returns whether a value names a folder, with either kind of slashes. */
function names(value: JsonValue, folder: string): boolean {
  const plain = (text: string): string => text.replaceAll('\\\\', '/').replaceAll('\\', '/').toLowerCase()
  return plain(JSON.stringify(value)).includes(plain(folder)) || /\.mcp-twin(?:[\\/]+bin[\\/]|','bin',)/.test(JSON.stringify(value))
}

async function targetOf(
  system: System,
  world: World,
  self: Environment,
  { environment, client, file }: FileName,
  project: string | undefined,
): Promise<RewriteTarget | { readonly reason: string; readonly hint: string }> {
  const side = world.environments.find(({ id }) => id === environment)
  const here = side === undefined ? null : toHere(side, native(file))
  const definition = clientById(client)
  if (side === undefined || here === null)
    return {
      reason: side?.trouble?.reason ?? `${environment} cannot be reached from here`,
      hint: side?.trouble?.hint ?? `once ${environment} can be reached: mcp-twin uninstall`,
    }
  const bounds = await projectBounds(system, { environment: side, client: definition, file, project })
  return {
    here,
    shown: file,
    side: self.id,
    ...bounds,
    ...(definition?.ownLock !== undefined && bounds.within === null ? { ownLock: definition.ownLock } : {}),
    ...keepMode(system, side, here),
  }
}

function stepsOf(name: FileName, record: FileState, { removed, restored }: RemovedEntries, isGone: boolean): Step[] {
  const step = (entry: string, reason: string | null, change: Step['change']): Step =>
    makeStep({
      kind: change === 'remove' ? 'remove' : 'write',
      ...name,
      server: record.entries[entry]?.server ?? entry,
      change,
      outcome: 'done',
      reason,
    })
  const steps = [
    ...removed.map((entry) => step(entry, null, 'remove')),
    ...restored.map((entry) => step(entry, 'as it was before', 'update')),
  ]
  return isGone || steps.length === 0
    ? [
        ...steps,
        makeStep({
          kind: isGone ? 'remove' : 'write',
          ...name,
          change: isGone ? 'remove' : 'update',
          outcome: 'done',
          reason: isGone ? 'created by mcp-twin, and now empty' : 'as it was before',
        }),
      ]
    : steps
}
