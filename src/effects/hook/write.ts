import { dirname } from 'node:path'
import { describeRefusal } from '../../core/formats/text/place.ts'
import { hookDigest, startsOurInbox } from '../../core/hooks/start-hook.ts'
import { type Made, readHookSettings, sameButOurs, withHook, withOtherHook } from '../../core/formats/json/hooks.ts'
import { endStep, makeStep } from '../../core/plan/step.ts'
import { reachable } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import type { BackupRun } from '../store/backup.ts'
import type { Decision } from '../store/decision.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { isTrouble } from '../store/trouble.ts'
import { type HookPlace, hookName, hookPlace } from './place.ts'

/** The hook as a run is to write it. */
export interface PlannedHook {
  readonly place: HookPlace
  readonly step: Step
}

type Wanted = { readonly change: Step['change']; readonly decision: Decision; readonly made: readonly Made[] }

/** Decides what to write: nothing, a new group with the hook, or the hook in place of our old one. */
function decide({ hook }: HookPlace, bytes: Uint8Array | null): Wanted {
  const none = { decision: { kind: 'nothing' } as const, made: [] }
  const read = readHookSettings(bytes)
  if (!read.ok)
    return {
      ...{ change: 'none', made: [] },
      decision: { kind: 'refuse', reason: describeRefusal(read.refusal), hint: 'fix the file by hand, then: mcp-twin init --hook' },
    }
  const digest = hookDigest(hook)
  if (read.hooks.some((each) => hookDigest(each.hook) === digest)) return { ...none, change: 'adopt' }
  const old = read.hooks.find((each) => startsOurInbox(each.hook))
  const edit = old === undefined || bytes === null ? withHook(bytes, hook) : withOtherHook(bytes, old, hook)
  if (!edit.ok) return { ...none, change: 'none', decision: { kind: 'refuse', reason: describeRefusal(edit.refusal) } }
  const check = () => (sameButOurs(bytes, edit.bytes, startsOurInbox) ? null : 'the result says something else besides the hook')
  return {
    change: old === undefined ? 'add' : 'update',
    made: edit.made,
    decision: { kind: 'replace', bytes: edit.bytes, holdsKey: false, check },
  }
}

const stepOf = ({ client, file }: HookPlace, environment: string, change: Step['change']): Step =>
  makeStep({ kind: 'write', environment, client: client.id, file, server: hookName, change })

/** Plans the hook; null if it is in place and on record already, or if there is no file for it. */
export async function planHook(system: System, { home, place: { project }, state }: Situation): Promise<PlannedHook | null> {
  const place = project === null ? hookPlace(home) : null
  if (place === null) return null
  const { id } = home.environment
  const { change, decision } = decide(place, await readOrNull(system, place))
  if (change === 'adopt' && state.hook?.digest === hookDigest(place.hook) && state.hook.file === place.file) return null
  if (decision.kind !== 'refuse') return { place, step: stepOf(place, id, change) }
  const { reason, hint = null } = decision
  return { place, step: makeStep({ ...stepOf(place, id, 'none'), kind: 'refuse', outcome: 'refused', reason, hint }) }
}

/** Reads the file, null if it cannot be read: writing it is then refused with the reason. */
async function readOrNull(system: System, { here }: HookPlace): Promise<Uint8Array | null> {
  try {
    return await system.files.read(here)
  } catch (error) {
    if (isTrouble(error)) return null
    throw error
  }
}

/** Writes the hook, decided again on the bytes read under the lock. Returns its step, and the state with its record. */
export async function writeHook(
  system: System,
  { home, self, state }: Situation,
  { place, step }: PlannedHook,
  run: BackupRun,
): Promise<{ step: Step; state: State; written: boolean }> {
  if (step.kind === 'refuse') return { step, state, written: false }
  const { client, file, here, hook } = place
  const environment = home.environment.id
  const hadFolder = (await system.files.look(reachable(dirname(here)))) !== null
  let wanted: Wanted = { change: step.change, made: [], decision: { kind: 'nothing' } }
  const note = { environment, client: client.id, file, entries: [hookName], hook: true as const }
  const outcome = await rewriteFile(
    system,
    { here, shown: file, side: self.id, links: 'follow', within: null },
    (bytes) => {
      wanted = decide(place, bytes)
      return wanted.decision
    },
    run.forFile({ ...note, changes: [{ entry: hookName, change: step.change, fields: [] }] }),
  )
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    const kind = outcome.kind === 'refused' ? 'refuse' : 'write'
    return { step: { ...endStep(step, outcome.kind, outcome.reason ?? null, outcome.hint ?? null), kind }, state, written: false }
  }
  const { change, made } = wanted
  const record = {
    ...{ environment, client: client.id, file, digest: hookDigest(hook) },
    made: change === 'add' ? [...made, ...(hadFolder ? [] : ['folder'])] : (state.hook?.made ?? []),
  }
  return { step: endStep({ ...step, change }, 'done'), state: { ...state, hook: record }, written: outcome.kind === 'written' }
}
