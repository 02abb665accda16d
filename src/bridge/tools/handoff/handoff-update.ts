import { oneOf, optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'
import { claimOf, liveIn } from '../../handoff/claims.ts'
import { handoffStatuses } from '../../../model/bridge-words.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
import type { Transaction } from '../../store/transaction.ts'
import { withoutKeys } from './arguments.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffUpdate = defineTool({
  name: 'handoff_update',
  family: 'handoff',
  effect: 'write',
  description: 'Set the status of a handoff or leave a note; open gives a claim back.',
  input: {
    id: text({ least: 1 }),
    status: optional(oneOf(handoffStatuses)),
    note: optional(text({ least: 1, bytes: limits.noteBytes })),
  },
  subject: ({ id, status }) => (status === undefined ? id : `${id} ${status}`),
  async handle({ id, status, note }, bridge, { client, session }) {
    const { update } = await import('../../handoff/handoff.ts')
    if (status === undefined && note === undefined) throw failed('Nothing was changed: give a status, a note, or both.')
    withoutKeys(bridge, note ?? '')
    const store = await bridge.store()
    const by = claimOf(bridge.settings, client, session)
    const work = (transaction: Transaction) => update(transaction, id, { status, note }, by, liveIn(bridge.settings))
    const { result: handoff, isUnsent } = await store.keep({ client, session }, work, status !== 'claimed')
    return {
      content: [{ type: 'text', text: `${handoffLine(handoff)}${unsentWords(isUnsent)}` }],
      data: { ...handoffFacts(handoff), ...unsentFacts(isUnsent) },
    }
  },
})
