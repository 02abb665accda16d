import { describeRefusal } from '../../core/formats/text/place.ts'
import { hookDigest, startsOurInbox } from '../../core/hooks/start-hook.ts'
import { type Made, madeParts, readHookSettings, sameButOurs, saysNothing, withoutHook } from '../../core/formats/json/hooks.ts'
import { toHere } from '../../core/paths.ts'
import { endStep, makeStep } from '../../core/plan/step.ts'
import type { JsonObject } from '../../model/entry.ts'
import { native } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { HookState, State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import type { BackupRun } from '../store/backup.ts'
import type { Decision } from '../store/decision.ts'
import { previewRewrite } from '../store/preview.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { hookName } from './place.ts'

/** Decides how a settings file loses the hook of our records. One that was edited since stays, as it ends well without us: `edited`. */
function removal(bytes: Uint8Array | null, { digest, made }: HookState): Decision | 'edited' {
  if (bytes === null) return { kind: 'nothing' }
  const read = readHookSettings(bytes)
  if (!read.ok) return { kind: 'refuse', reason: describeRefusal(read.refusal), hint: 'fix the file by hand, then: mcp-twin uninstall' }
  const isOurs = (hook: JsonObject): boolean => hookDigest(hook) === digest
  const ours = read.hooks.find(({ hook }) => isOurs(hook))
  if (ours === undefined) return read.hooks.some(({ hook }) => startsOurInbox(hook)) ? 'edited' : { kind: 'nothing' }
  const edit = withoutHook(bytes, ours, madeOf(made))
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  if (made.includes('file') && saysNothing(edit.bytes)) return { kind: 'remove', folders: made.includes('folder') ? 1 : 0 }
  const check = () => (sameButOurs(bytes, edit.bytes, isOurs) ? null : 'the result lacks something besides the hook')
  return { kind: 'replace', bytes: edit.bytes, holdsKey: false, check }
}

const madeOf = (made: readonly string[]): Made[] => madeParts.filter((part) => made.includes(part))

/** Removes the hook of our records, for an uninstall, or shows that it would go (`isPreview`). Returns its step; null where there is no record. */
export async function clearHook(
  system: System,
  { environment }: HomePlace,
  { hook }: State,
  run: BackupRun,
  isPreview: boolean,
): Promise<Step | null> {
  if (hook === undefined) return null
  const { client, file } = hook
  const step = makeStep({ kind: 'remove', environment: environment.id, client, file, server: hookName, change: 'remove' })
  const here = toHere(environment, native(file))
  if (here === null || hook.environment !== environment.id)
    return { ...endStep(step, isPreview ? 'planned' : 'done', 'its side is no longer home'), change: 'none' }
  let isEdited = false
  const target = { here, shown: file, side: environment.id, links: 'follow', within: null } as const
  const decide = (bytes: Uint8Array | null): Decision => {
    const decision = removal(bytes, hook)
    isEdited = decision === 'edited'
    return decision === 'edited' ? { kind: 'nothing' } : decision
  }
  const outcome = isPreview
    ? await previewRewrite(system, target, decide)
    : await rewriteFile(system, target, decide, run.forFile({ environment: environment.id, client, file, entries: [hookName], hook: true }))
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    const kind = outcome.kind === 'refused' ? 'refuse' : 'remove'
    return { ...endStep(step, outcome.kind, outcome.reason ?? null, outcome.hint ?? null), kind }
  }
  const done = isPreview ? 'planned' : 'done'
  if (isEdited) return { ...endStep(step, done, 'edited since, so it stays; it does nothing any more'), change: 'none' }
  return outcome.kind === 'written' ? endStep(step, done) : { ...endStep(step, done, 'already gone'), change: 'none' }
}
