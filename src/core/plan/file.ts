import type { ClientDefinition } from '../../model/client.ts'
import type { ConfigDocument, EditOptions, ReadConfig } from '../../model/format.ts'
import type { EntryStep, FilePlan } from '../../model/plan.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { FileState } from '../../model/state.ts'
import { formatOf } from '../formats/index.ts'
import { describeRefusal } from '../formats/text/place.ts'
import { digest, meaning } from '../launch/meaning.ts'
import { lookUp } from '../lookup.ts'
import { fieldChanges } from './difference.ts'
import type { PlanFile, FileRequest } from './facts.ts'
import { makeStep } from './step.ts'
import { planWanted } from './wanted.ts'

/** Reads a client's file. A missing file reads as an empty document. */
export const readClientFile = (client: Pick<ClientDefinition, 'format' | 'container'>, bytes: Uint8Array | null): ReadConfig =>
  formatOf(client).read(bytes, client.container)

/** How a client's file is edited: a byte order mark that its program rejects is taken off. */
export const editOptions = ({ rejectsBom }: ClientDefinition): EditOptions => ({ bom: rejectsBom ? 'strip' : 'keep' })

/** Everything that is to happen to one client file: three-way between the manifest, the file, and our record of it. */
export function planFile(request: FileRequest): FilePlan {
  const { environment, client, file } = request
  const step: PlanFile['step'] = (parts) => makeStep({ environment, client: client.id, file, ...parts })
  const plan = { environment, client: client.id, file }
  const read = readClientFile(client, request.bytes)
  if (!read.ok) {
    const concerned = request.wanted.length > 0 || Object.keys(request.state.entries).length > 0
    const refusal = step({
      kind: 'refuse',
      reason: describeRefusal(read.refusal),
      hint: `fix it by hand, then: mcp-twin sync --client ${client.id}`,
    })
    return { ...plan, entries: [], refusal: concerned ? refusal : null, notices: [], unmanaged: [], present: new Set() }
  }
  const present = new Map(read.document.entries().map((entry) => [entry.name, entry]))
  const ours = Object.keys(request.state.entries)
  const wiped = isWiped(request.state, read.document)
  const facts: PlanFile = { ...request, present, wiped, step }
  const wanted = new Set(request.wanted.map((each) => each.name))
  const blocked = new Set(request.blocked.map((each) => each.server))
  const unmanaged = [...present.keys()].filter(
    (name) => !wanted.has(name) && lookUp(request.state.entries, name) === undefined && !blocked.has(name),
  )
  const pruned = request.prune ? unmanaged.filter((name) => request.ignored?.includes(name) !== true) : []
  const judged: EntryStep[] = [
    ...request.wanted.flatMap((each) => planWanted(facts, each) ?? []),
    ...ours
      .filter((name) => !wanted.has(name) && !blocked.has(request.state.entries[name]?.server ?? ''))
      .map((name) => planForgotten(facts, name)),
    ...pruned.map((name) => planPruned(facts, name)),
  ]
  const entries = judged.map((each) => unlessImpossible(facts, each, read.document))
  const notices = [...read.document.notices]
  if (read.document.bom && client.rejectsBom) {
    const goes = entries.some((each) => each.change !== null) ? ': it is taken off' : '. To take it off: mcp-twin doctor --fix'
    notices.push(`it begins with a byte order mark (BOM), which ${client.label} does not read${goes}`)
  }
  return {
    ...plan,
    entries,
    refusal: null,
    notices,
    unmanaged: unmanaged.filter((name) => !pruned.includes(name)),
    present: new Set(present.keys()),
  }
}

/** Whether a program has dropped all entries of ours from its file: a person who removes one leaves others, or the place of them. */
export function isWiped({ entries }: FileState, document: ConfigDocument): boolean {
  const present = new Set(document.entries().map(({ name }) => name))
  // What a person took out before tells nothing of what the program did since.
  const expected = Object.keys(entries).filter((name) => entries[name]?.gone !== true)
  const isEmptied = expected.length > 0 && expected.every((name) => !present.has(name))
  return isEmptied && (expected.length > 1 || document.container === 'absent')
}

/** A change that the file's format cannot make is refused before anything is written. */
function unlessImpossible(facts: PlanFile, each: EntryStep, document: ConfigDocument): EntryStep {
  const refusal = each.change === null ? null : document.obstacle(reveal(each.change))
  if (refusal === null) return each
  const hint = `edit it by hand, then: mcp-twin sync --client ${facts.client.id}`
  const step = facts.step({ kind: 'refuse', server: each.step.server, reason: describeRefusal(refusal), hint })
  return { ...each, step, change: null, record: lookUp(facts.state.entries, each.entryName) ?? null, holdsKey: false }
}

/** An entry of ours that the manifest no longer wants here: it goes, unless someone has edited it since. */
function planForgotten(facts: PlanFile, name: string): EntryStep {
  const record = lookUp(facts.state.entries, name)
  const server = record?.server ?? name
  const present = facts.present.get(name)
  const base = { entryName: name, record: null, holdsKey: false }
  if (present === undefined)
    return { ...base, step: facts.step({ kind: 'remove', server, change: 'none', reason: 'it had gone already' }), change: null }
  const theirs = meaning(present.value, facts.client)
  const untouched = !('unreadable' in theirs) && digest(theirs) === record?.digest
  if ((untouched || facts.force) && !present.duplicate) {
    const step = facts.step({ kind: 'remove', server, change: 'remove', fields: fieldChanges(theirs, null) })
    return { ...base, step, change: new Secret({ kind: 'remove', name }) }
  }
  const reason = present.duplicate
    ? `"${name}" appears twice`
    : 'it is no longer in the manifest, but was edited by hand since the last sync'
  return {
    ...base,
    step: facts.step({
      kind: 'refuse',
      server,
      reason,
      hint: present.duplicate ? 'remove one of the two by hand' : 'to remove it: mcp-twin sync --force',
    }),
    change: null,
    record: record ?? null,
  }
}

/** Why `--prune` removes an entry. */
export const NOT_MANAGED = 'not managed by mcp-twin'

/** Returns the step that removes an unmanaged entry (`--prune`). */
function planPruned(facts: PlanFile, name: string): EntryStep {
  const present = facts.present.get(name)
  const fields = present === undefined ? [] : fieldChanges(meaning(present.value, facts.client), null)
  const step = present?.duplicate
    ? facts.step({ kind: 'refuse', server: name, reason: `"${name}" appears twice`, hint: 'remove one of the two by hand' })
    : facts.step({ kind: 'remove', server: name, change: 'remove', reason: NOT_MANAGED, fields })
  return {
    step,
    entryName: name,
    change: step.kind === 'remove' ? new Secret({ kind: 'remove', name }) : null,
    record: null,
    holdsKey: false,
  }
}
