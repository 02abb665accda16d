import type { EntryStep } from '../../model/plan.ts'
import { Secret } from '../../model/secret.ts'
import { digest, meaning } from '../launch/digest.ts'
import { lookUp } from '../lookup.ts'
import type { FileFacts } from './facts.ts'

/** An entry of ours that the manifest no longer wants here: it goes, unless someone has edited it since. */
export function planForgotten(facts: FileFacts, name: string): EntryStep {
  const record = lookUp(facts.state.entries, name)
  const server = record?.server ?? name
  const present = facts.present.get(name)
  const base = { entryName: name, record: null, holdsKey: false }
  if (present === undefined)
    return { ...base, step: facts.step({ kind: 'remove', server, change: 'none', reason: 'it had gone already' }), change: null }
  const theirs = meaning(present.value, facts.client)
  const untouched = !('unreadable' in theirs) && digest(theirs) === record?.digest
  if ((untouched || facts.force) && !present.duplicate) {
    return { ...base, step: facts.step({ kind: 'remove', server, change: 'remove' }), change: new Secret({ kind: 'remove', name }) }
  }
  const reason = present.duplicate
    ? `"${name}" stands there twice`
    : 'it is no longer wanted here, but was edited by hand since the last sync'
  return {
    ...base,
    step: facts.step({
      kind: 'refuse',
      server,
      reason,
      hint: present.duplicate ? 'take one of the two out by hand' : 'mcp-twin sync --force removes it',
    }),
    change: null,
    record: record ?? null,
  }
}

/** An entry of nobody's that `--prune` takes out. */
export function planPruned(facts: FileFacts, name: string): EntryStep {
  const step = facts.present.get(name)?.duplicate
    ? facts.step({ kind: 'refuse', server: name, reason: `"${name}" stands there twice`, hint: 'take one of the two out by hand' })
    : facts.step({ kind: 'remove', server: name, change: 'remove', reason: 'in no manifest' })
  return {
    step,
    entryName: name,
    change: step.kind === 'remove' ? new Secret({ kind: 'remove', name }) : null,
    record: null,
    holdsKey: false,
  }
}
