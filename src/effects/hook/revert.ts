import { describeRefusal } from '../../core/formats/text/place.ts'
import { hookDigest, startsOurInbox } from '../../core/hooks/start-hook.ts'
import { type HookEdit, type Made, readHookSettings, withHook, withOtherHook, withoutHook } from '../../core/formats/json/hooks.ts'
import { isObject } from '../../core/object.ts'
import type { HookState } from '../../model/state.ts'
import type { Decision } from '../store/decision.ts'

/** Decides how our hook, and nothing else, becomes what it was before a run in a settings file that was changed since. */
export function revertHook(current: Uint8Array, before: Uint8Array | null, ours: HookState | undefined, force: boolean): Decision {
  const [now, then] = [readHookSettings(current), readHookSettings(before)]
  if (!now.ok) return asDecision(now)
  if (!then.ok) return asDecision(then)
  const [present, former] = [now, then].map(({ hooks }) => hooks.find(({ hook }) => startsOurInbox(hook)))
  if (present !== undefined && !force && ours !== undefined && hookDigest(present.hook) !== ours.digest)
    return { kind: 'refuse', reason: 'the hook was edited since that run', hint: 'to restore it all the same: mcp-twin undo --force' }
  if (present === undefined) return former === undefined ? { kind: 'nothing' } : asDecision(withHook(current, former.hook))
  return asDecision(former === undefined ? withoutHook(current, present, lacking(then.root)) : withOtherHook(current, present, former.hook))
}

/** The containers of the hook that did not exist before. */
const lacking = ({ hooks }: { hooks?: unknown }): Made[] =>
  hooks === undefined ? ['hooks', 'event'] : isObject(hooks) && hooks.SessionStart === undefined ? ['event'] : []

const asDecision = (edit: HookEdit): Decision =>
  edit.ok ? { kind: 'replace', bytes: edit.bytes, holdsKey: false } : { kind: 'refuse', reason: describeRefusal(edit.refusal) }
