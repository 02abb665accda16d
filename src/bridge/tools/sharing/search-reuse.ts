import type { Content } from '../../base/call.ts'
import { text } from '../../base/input.ts'
import { failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'

export const searchReuse = defineTool({
  name: 'search_reuse',
  family: 'shared',
  effect: 'read',
  description: 'Stored result of an earlier call; costs no credits.',
  input: { id: text({ least: 1 }) },
  subject: ({ id }) => id,
  async handle({ id }, bridge, { client, session }) {
    const { reuse } = await import('../../sharing/records.ts')
    const store = await bridge.store()
    const found = await store.write({ client, session }, (transaction) => reuse(transaction, id))
    if (found === null) throw failed(`No search has the id ${JSON.stringify(id.slice(0, 100))}; search_history lists them.`)
    if (found.outcome !== 'done' || found.result === null) throw failed(`The search ${id} has no result: ${words[found.outcome]}.`)
    const { content, structuredContent } = found.result
    // Results are checked before they are recorded; a part that is no text is passed on as it is.
    return { content: content as Content[], ...(structuredContent !== undefined && { data: structuredContent }), recorded: true }
  },
})

const words = {
  running: 'it is under way',
  done: 'it is not kept',
  error: 'it ended with an error',
  cancelled: 'it was cancelled',
  lost: 'its bridge ended in the middle of it, and it may have been carried out',
}
