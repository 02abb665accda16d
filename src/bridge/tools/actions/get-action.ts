import { isFinal } from '../../actions/action.ts'
import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { actionAnswer } from './words.ts'

/** Of the name of a field of the data, with its quotation marks and commas. */
const fieldBytes = 20

export const getAction = defineTool({
  name: 'get_action',
  family: 'actions',
  effect: 'read',
  description: 'Status and result; timeout_ms waits for it.',
  input: {
    id: text({ least: 1 }),
    timeout_ms: optional(whole({ least: 1, most: limits.waitMs.most })),
    max_tokens: optional(whole({ least: 1, most: limits.answerTokensMost })),
  },
  subject: ({ id }) => id,
  async handle({ id, timeout_ms: timeoutMs = 0 }, bridge, { client, session, signal, room }) {
    const { read } = await import('../../actions/queue.ts')
    const { markSeen } = await import('../../actions/finished.ts')
    const { isAsked, waitForAction } = await import('../../actions/waiting.ts')
    const store = await bridge.store()
    const isLive = liveIn(bridge.settings)
    const now = () => bridge.now()
    const { action, cursor } =
      timeoutMs === 0
        ? await store.read((database) => ({ action: read(database, id, isLive, now()), cursor: undefined }))
        : await waitForAction(store, id, { timeoutMs, signal, isLive, now })
    const told = cursor === undefined ? {} : { cursor }
    if (action.from === client && isFinal(action.status) && action.resultUnseen)
      await store.write({ client, session }, (transaction) => markSeen(transaction, [id]))
    if (timeoutMs === 0 || !isAsked(action)) return { ...actionAnswer(action, room), ...told }
    const asked = `A person is asked, and has not decided: mcp-twin actions run ${id}`
    const { content, data } = actionAnswer(action, room - Buffer.byteLength(asked) - fieldBytes, { asked })
    return { content: [...content, { type: 'text', text: asked }], data, ...told }
  },
})
