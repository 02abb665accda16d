import { describeRefusal } from '../../core/formats/text/place.ts'
import { lookUp } from '../../core/lookup.ts'
import { digest, meaning } from '../../core/launch/meaning.ts'
import { fingerprint, isAnother } from '../../core/plan/fingerprint.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { TakenEntry } from '../store/taken.ts'
import { editOptions, isWiped, readClientFile } from '../../core/plan/file.ts'
import { type PlanInput, type PlannedFile, planOne } from '../../core/plan/plan.ts'
import { recordOf } from '../../core/plan/records.ts'
import { endStep, makeStep } from '../../core/plan/step.ts'
import { toHere } from '../../core/paths.ts'
import type { FilePlan, Step } from '../../model/plan.ts'
import type { ReachablePath } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { FileState } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { BackupRun } from '../store/backup.ts'
import { keepMode } from '../machine/far-modes.ts'
import { heldBeside } from '../store/held-file.ts'
import { type Decision, type RewriteOutcome, rewriteFile } from '../store/rewrite.ts'

/** The result for one client file. */
export interface FileResult {
  readonly steps: readonly Step[]
  /** Our new record of the file; null: unchanged. */
  readonly state: FileState | null
  readonly written: boolean
  readonly notices: readonly string[]
}

/** Applies the plan of one file, planned again from the bytes read under the lock. `root`: the project of a project's file. */
export async function applyFile(
  system: System,
  input: PlanInput,
  file: PlannedFile,
  run: BackupRun,
  root: ReachablePath | null,
): Promise<FileResult> {
  const { observed, desired } = file
  const { client, environment } = observed
  const here = toHere(environment, observed.file)
  if (file.plan.refusal !== null || here === null)
    return { steps: file.plan.refusal === null ? [] : [file.plan.refusal], state: null, written: false, notices: [] }
  let plan = file.plan
  const decide = (found: Uint8Array | null): Decision => {
    const bytes = found ?? (observed.fallbackFile === undefined ? null : observed.bytes)
    plan = planOne(input, observed, desired, bytes)
    return decisionFor(
      plan,
      observed.client,
      bytes,
      desired.wanted.some((each) => each.holdsKey),
    )
  }
  const project = observed.scope === 'project' && root !== null ? root : undefined
  const changing = plan.entries.filter((each) => each.change !== null)
  if (changing.length === 0) return settled(plan, input, project)
  const backup = run.forFile({
    environment: environment.id,
    client: client.id,
    file: observed.file,
    entries: changing.map((each) => each.entryName),
    changes: changing.map(({ entryName, step }) => ({
      entry: entryName,
      change: step.change,
      fields: (step.fields ?? []).map(({ field }) => field),
    })),
    project,
  })
  const outcome = await rewriteFile(
    system,
    {
      here,
      shown: observed.file,
      side: input.world.environments.find((each) => each.self)?.id ?? environment.id,
      ...keepMode(system, environment, here),
      ...(environment.kind === 'windows' ? { holder: client.label } : {}),
      // A project's file is for version control; a user's file may get a key later.
      ...(observed.scope === 'project' ? { createMode: 0o644 } : {}),
      within: project ?? null,
      links: observed.scope === 'project' && client.project?.refusesLink === true ? 'refuse' : 'follow',
      ...(client.ownLock === undefined || observed.scope === 'project' ? {} : { ownLock: client.ownLock }),
      ...(observed.scope === 'project' ? {} : heldBeside(client, here)),
    },
    decide,
    backup,
  )
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    return { steps: troubleSteps(plan, outcome), state: null, written: false, notices: outcome.notices }
  }
  const done = settled(plan, input, project, outcome.created)
  return { ...done, written: outcome.kind === 'written', notices: [...plan.notices, ...outcome.notices] }
}

/** Returns the steps of a file that could not be written: one refusal for the file, or a failure for each entry. */
function troubleSteps(plan: FilePlan, { kind, ...why }: RewriteOutcome): Step[] {
  const [reason, hint] = [why.reason ?? null, why.hint ?? null]
  if (plan.refusal !== null) return [plan.refusal]
  if (kind === 'failed') return plan.entries.map(({ step }) => (step.kind === 'refuse' ? step : endStep(step, kind, reason, hint)))
  const { environment, client, file } = plan
  return [makeStep({ kind: 'refuse', environment, client, file, reason, hint })]
}

function decisionFor(plan: FilePlan, client: PlannedFile['observed']['client'], bytes: Uint8Array | null, holdsKey: boolean): Decision {
  if (plan.refusal !== null)
    return {
      kind: 'refuse',
      reason: plan.refusal.reason ?? 'left alone',
      ...(plan.refusal.hint === null ? {} : { hint: plan.refusal.hint }),
    }
  const changes = plan.entries.flatMap((each) => (each.change === null ? [] : [reveal(each.change)]))
  if (changes.length === 0) return { kind: 'nothing' }
  const read = readClientFile(client, bytes)
  if (!read.ok) return { kind: 'refuse', reason: read.refusal.reason }
  const { document } = read
  const options = editOptions(client)
  const edit = document.edit(changes, options)
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  return { kind: 'replace', bytes: edit.bytes, holdsKey, check: () => document.check(edit.bytes, changes, options) }
}

/** The steps as done and the records that follow from them. */
function settled(plan: FilePlan, input: PlanInput, project?: string, created?: boolean): FileResult {
  const before = recordOf(input.state, plan)
  const entries = { ...before.entries }
  for (const each of plan.entries) {
    if (each.record === null) delete entries[each.entryName]
    else entries[each.entryName] = each.record
  }
  const steps = plan.entries.map(({ step }) => (step.kind === 'refuse' ? step : endStep(step, 'done')))
  const isCreated = created === true || before.created === true
  // A file that no entry of ours is left in still belongs to its project: an uninstall there gives back what we took out of it.
  const isOurs = isCreated || Object.keys(entries).length > 0 || before.project !== undefined
  const state = { entries, ...(isCreated ? { created: true } : {}), ...(project !== undefined && isOurs ? { project } : {}) }
  return { steps, state, written: false, notices: plan.notices }
}

/**
 * The entries of a file that a run takes over, with what they say now: those that become ours, also where only a record is made, those
 * of ours that a person changed and the run adopts or, as --force has it, replaces, and those that a person has taken out. `known`: our
 * records as they were before the run. Null: there are none.
 */
export function takenOver(
  input: PlanInput,
  { observed, plan }: PlannedFile,
  before: FileState,
): Readonly<Record<string, TakenEntry>> | null {
  if (plan.refusal !== null) return null
  const { client, environment } = observed
  const read = readClientFile(client, observed.bytes)
  const present = new Map(read.ok ? read.document.entries().map(({ name, value }) => [name, value]) : [])
  const wiped = read.ok && isWiped(before, read.document)
  const recorded = recordOf(input.state, plan).entries
  const { world, lock, folders } = input.render
  const context = { environment, world, home: input.home, lock, folders, manifest: input.manifest }
  const print = (value: JsonValue | null) => (value === null ? null : fingerprint(client, context, value))
  const says = (value: JsonValue): string | null => {
    const entry = meaning(value, client)
    return 'unreadable' in entry ? null : digest(entry)
  }
  const taken = (name: string): TakenEntry | null => {
    const [known, was] = [lookUp(before.entries, name), present.get(name) ?? null]
    const planned = plan.entries.find(({ entryName }) => entryName === name)
    const change = planned?.change == null ? null : reveal(planned.change)
    const next = change?.kind === 'set' ? change.value : null
    const made = print(change === null ? was : next)
    const now = lookUp(recorded, name)?.digest
    if (known === undefined) return now === undefined && (planned?.record ?? change) == null ? null : { was, made }
    if (was === null) return planned?.step.kind === 'remove' && !wiped ? { was, made: null, fate: 'deleted' } : null
    const isAdopted = now !== undefined && now !== known.digest && now === says(was)
    if (isAdopted) return { was, made }
    if (change === null || says(was) === known.digest) return null
    // An edit is gone once --force has put ours back; what was written anew is its person's.
    if (next !== null) return isAnother(client, context, was, next) ? { was, made } : null
    return { was, made: null, fate: 'overruled' }
  }
  const names = new Set([...plan.entries.map(({ entryName }) => entryName), ...Object.keys(recorded)])
  const all = [...names].flatMap((name) => {
    const each = taken(name)
    return each === null ? [] : [[name, each] as const]
  })
  return all.length === 0 ? null : Object.fromEntries(all)
}
