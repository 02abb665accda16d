import { localTime } from '../../../core/local-time.ts'
import { statusNow } from '../../actions/queue.ts'
import { limits } from '../../base/limits.ts'
import { inQuotes, quoteInLine } from '../../base/quote.ts'
import type { Redaction } from '../../base/redaction.ts'
import { cut } from '../../base/text.ts'
import type { IsLive } from '../../handoff/claims.ts'
import { find } from '../../handoff/handoff.ts'
import { questionOfId } from '../../handoff/question.ts'
import { lastNote } from '../../handoff/texts.ts'
import { get } from '../../memory/memory.ts'
import { type StoreChange, changesOf } from '../../store/changes.ts'
import type { Database } from '../../store/database.ts'
import { cleanBeginning } from './parts.ts'

/** Something that others have changed, as it is now. */
export interface ChangedThing {
  readonly change: StoreChange
  readonly words: string
  readonly fact: Readonly<Record<string, unknown>>
}

interface Looking {
  readonly redaction: Redaction
  readonly isLive: IsLive
  readonly now: number
  /** The session that waits. Its own notes are left out. */
  readonly session: string
}

/** All changes of one thing: a question is the same thing when it is answered or taken back. */
const thingOf = ({ kind, namespace, id }: Pick<StoreChange, 'kind' | 'namespace' | 'id'>): string =>
  JSON.stringify([nounOf(kind), namespace, id])

const nounOf = (kind: string): string => (kind === 'answer' || kind === 'withdrawn' ? 'question' : kind)

/** Each thing that was changed once, as it is now, in the order of its last change; `rest` of them are left out. */
export function changedThings(
  database: Database,
  changes: readonly StoreChange[],
  looking: Looking,
): { readonly things: readonly ChangedThing[]; readonly rest: number } {
  const byThing = new Map<string, { readonly first: StoreChange; readonly last: StoreChange }>()
  for (const last of changes) byThing.set(thingOf(last), { first: byThing.get(thingOf(last))?.first ?? last, last })
  const own = new Map(changesOf(database, looking.session, changes[0]?.n ?? 0).map((change) => [thingOf(change), change.n]))
  const all = [...byThing.values()].sort((a, b) => a.last.n - b.last.n)
  const shown = all.slice(0, limits.changesShown)
  return {
    things: shown.map(({ first, last }) => thingNow(database, last, first.at, looking, (own.get(thingOf(last)) ?? 0) > last.n)),
    rest: all.length - shown.length,
  }
}

/** `isOwn`: the session that waits has changed it since, so what it is now is that session's doing. */
function thingNow(database: Database, change: StoreChange, since: number, looking: Looking, isOwn: boolean): ChangedThing {
  const { kind, id, namespace, by, at } = change
  const { state, more } = stateOf(database, change, since, looking)
  const named = kind === 'memory' ? `${quoteInLine(id)}${namespace === null ? '' : ` in ${quoteInLine(namespace)}`}` : quoteInLine(id)
  const note = more.note === undefined ? '' : `: ${inQuotes(more.note)}`
  const about = [...(kind === 'memory' || namespace === null ? [] : [`namespace ${quoteInLine(namespace)}`]), localTime(at)].join(', ')
  return {
    change,
    words: `${nounOf(kind)} ${named}${state === '' ? '' : ` ${state}`}, by ${isOwn ? 'you after ' : ''}${quoteInLine(by)}${note} (${about})`,
    fact: { kind, ...(kind === 'memory' ? { key: id } : { id }), namespace, by, at, ...(isOwn && { changed_by_you_since: true }), ...more },
  }
}

interface State {
  /** What it is now, in a word or two; '' where its kind has no state. */
  readonly state: string
  readonly more: { readonly note?: string; readonly status?: string; readonly version?: number; readonly deleted?: true }
}

const gone: State = { state: 'no longer kept', more: { deleted: true } }

const ofStatus = (status: string | null | undefined): State => (status == null ? gone : { state: status, more: { status } })

function stateOf(database: Database, { kind, id, namespace }: StoreChange, since: number, looking: Looking): State {
  const { isLive, now } = looking
  if (kind === 'handoff') {
    const note = noteOf(database, id, since, looking)
    const { more, ...state } = ofStatus(find(database, id, isLive, now)?.status)
    return { ...state, more: { ...more, ...(note !== null && { note }) } }
  }
  if (kind === 'action') return ofStatus(statusNow(database, id, isLive, now))
  if (kind === 'memory') {
    const version = get(database, namespace ?? '', id, now)?.version
    return version === undefined ? { state: 'deleted', more: { deleted: true } } : { state: `version ${version}`, more: { version } }
  }
  if (kind === 'withdrawn') return ofStatus('withdrawn')
  if (kind !== 'question' && kind !== 'answer') return { state: '', more: {} }
  const question = questionOfId(database, id, 0)
  return ofStatus(question === null ? null : 'answer' in question ? 'answered' : 'open')
}

/** The beginning of the newest note that others have left; null: none. A key is recognised only as a whole, so more is read than is shown. */
function noteOf(database: Database, id: string, since: number, { redaction, session }: Looking): string | null {
  const note = lastNote(database, id, { since, but: session, characters: limits.changeNote + redaction.longest })
  return note === null ? null : cut(cleanBeginning(redaction, note), limits.changeNote)
}
