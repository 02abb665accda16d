import type { EntryChange, PresentEntry } from '../../model/document.ts'
import type { Entry, JsonValue } from '../../model/entry.ts'
import { changeLines, type FieldChange } from '../../model/field-change.ts'
import type { EntryStep, Step } from '../../model/plan.ts'
import { reveal, Secret } from '../../model/secret.ts'
import { digest, meaning } from '../launch/meaning.ts'
import { lookUp } from '../lookup.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { isObject } from '../object.ts'
import { fieldChanges } from './difference.ts'
import type { PlanFile, WantedEntry } from './facts.ts'

/** Compares a wanted entry with the file and with what we wrote last; null: up to date. */
export function planWanted(facts: PlanFile, wanted: WantedEntry): EntryStep | null {
  const present = facts.present.get(wanted.name)
  const record = lookUp(facts.state.entries, wanted.name)
  const ours = meaning(reveal(wanted.value), facts.client)
  if ('unreadable' in ours) throw new Error(`the entry made for ${wanted.server} cannot be read back: ${ours.unreadable}`)
  const digestOf = facts.digestOf ?? digest
  const fresh = { server: wanted.server, digest: digestOf(ours) }
  // What stands there was ours once, so that what is no key is known.
  const keys = record === undefined ? null : (wanted.keys ?? null)
  const standing = present === undefined || present.duplicate ? null : meaning(present.value, facts.client)
  const act = (step: Partial<Step>, change: EntryChange | null): EntryStep => ({
    step: facts.step({
      kind: 'write',
      server: wanted.server,
      ...step,
      ...(change === null ? {} : { fields: [...typeChange(present, wanted, ours), ...fieldChanges(standing, ours, keys)] }),
    }),
    entryName: wanted.name,
    change: change === null ? null : new Secret(change),
    record: fresh,
    holdsKey: change !== null && wanted.holdsKey,
  })
  const set: EntryChange = { kind: 'set', name: wanted.name, value: reveal(wanted.value), owned: wanted.owned }
  if (present === undefined) {
    if (record === undefined) return act({ change: 'add' }, set)
    if (facts.wiped && record.gone !== true) return act({ change: 'add', reason: 'its program had dropped it; put back' }, set)
    if (facts.force) return act({ change: 'add', reason: 'removed by hand since the last sync; put back' }, set)
    return refuse(
      facts,
      wanted,
      // Written down, so that it stays a removal by hand when the others go from the file later.
      { ...record, gone: true },
      'removed by hand since the last sync',
      'to remove it everywhere: mcp-twin sync --adopt; to put it back: mcp-twin sync --force',
    )
  }
  if (present.duplicate) return refuse(facts, wanted, record, `"${wanted.name}" appears twice`, 'remove one of the two by hand')
  const theirs = standing ?? meaning(present.value, facts.client)
  if (!('unreadable' in theirs)) {
    const said = digestOf(theirs)
    if (said === fresh.digest) {
      if (facts.isNew === true) return act({ change: 'add' }, set)
      if (isWholeLine(present.value, wanted))
        return act({ change: 'update', reason: 'its command is one line, which programs do not split' }, set)
      if (record?.digest === said && record.server === wanted.server && record.gone !== true) return null
      return act({ change: 'adopt', reason: 'already correct; now managed' }, null)
    }
    if (said === record?.digest) return act({ change: 'update' }, set)
  }
  if (facts.force)
    return act(
      {
        change: 'update',
        reason: record === undefined ? 'replaces an entry that was not ours' : 'edited by hand since the last sync; ours put back',
      },
      forced(set, present),
    )
  const shown = 'unreadable' in theirs ? [theirs.unreadable] : fieldChanges(theirs, ours, keys).flatMap(changeLines).map(short)
  const reason = record === undefined ? `an entry of that name exists and is not managed by mcp-twin` : 'edited by hand since the last sync'
  const hint = hintFor(wanted.server, { foreign: record === undefined, readable: !('unreadable' in theirs) })
  return refuse(facts, wanted, record, `${reason}\n${shown.join('\n')}`, hint, fieldChanges(theirs, ours, keys))
}

/** `type` says nothing that `command` does not, so no comparison shows it; and yet a write may take it out. */
function typeChange(present: PresentEntry | undefined, wanted: WantedEntry, ours: Entry): FieldChange[] {
  if (present === undefined || !isObject(present.value) || ours.kind !== 'stdio' || !wanted.owned.includes('type')) return []
  const [before, after] = [present.value.type, reveal(wanted.value).type].map((type) =>
    typeof type === 'string' ? JSON.stringify(type) : null,
  )
  return before === after || before === undefined || after === undefined ? [] : [{ field: 'type', before, after }]
}

/**
 * True where an entry means what ours says and yet starts nothing: its `command` is a whole command line, or its `args` are
 * one text. We read those, and so do some programs; most start what `command` says as it is.
 */
function isWholeLine(theirs: JsonValue, wanted: WantedEntry): boolean {
  const ours = reveal(wanted.value)
  if (!isObject(theirs)) return false
  const isLine = typeof theirs.command === 'string' && typeof ours.command === 'string' && theirs.command !== ours.command
  return isLine || (typeof theirs.args === 'string' && Array.isArray(ours.args))
}

/**
 * The ways on from an entry that somebody else wrote or edited. What the bridge starts is not for a manifest to say, and what
 * cannot be read cannot be adopted.
 */
function hintFor(server: string, { foreign, readable }: { readonly foreign: boolean; readonly readable: boolean }): string {
  const force = `to ${foreign ? 'replace it' : 'put ours back'}: mcp-twin sync --force`
  return server === BRIDGE || !readable
    ? force
    : `to take ${foreign ? 'it' : 'the edit'} into every program: mcp-twin sync --adopt; ${force}`
}

/** An entry that is no object cannot be edited key by key: every key of it is ours to set. */
const forced = (set: EntryChange, present: PresentEntry): EntryChange =>
  set.kind === 'set' && (typeof present.value !== 'object' || present.value === null || Array.isArray(present.value))
    ? { ...set, owned: Object.keys(set.value) }
    : set

function refuse(
  facts: PlanFile,
  wanted: WantedEntry,
  record: EntryStep['record'] | undefined,
  reason: string,
  hint: string,
  fields?: readonly FieldChange[],
): EntryStep {
  return {
    step: facts.step({ kind: 'refuse', server: wanted.server, reason, hint, ...(fields === undefined ? {} : { fields }) }),
    entryName: wanted.name,
    change: null,
    record: record ?? null,
    holdsKey: false,
  }
}

const SHOWN = 100

const short = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`)
