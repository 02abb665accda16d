import { clientById } from '../../../catalog/clients/index.ts'
import { optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inShort, quoteInLine } from '../../base/quote.ts'
import { failed } from '../../base/refusal.ts'
import { firstWith, labelOf } from '../target.ts'
import { defineAction, type ActionOutcome } from '../type.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The only text that a window gets. The prompt stays in the queue, from which the program reads it. */
const lineFor = (id: string): string => `claim action ${id} through mcp-twin`

/**
 * Opens a program's window by its link. A link fills in the input, and a person must send it. So only opening an existing
 * conversation can end as `done`.
 */
export const openConversation = defineAction({
  name: 'open_conversation',
  summary: 'opens a conversation, or a new one for a prompt, in a window of the program',
  input: { conversation_id: optional(text({ least: 1 })), prompt: optional(text({ least: 1, most: limits.actionText })) },
  asked: ({ conversation_id: conversation, prompt = '' }) =>
    conversation === undefined ? `open a new conversation for ${inShort(prompt)}` : `open the conversation ${quoteInLine(conversation)}`,
  // A window that may be open already is not opened a second time.
  isRepeatable: false,
  async prepare({ conversation_id: conversation, prompt }, { client: asking, to }) {
    if ((conversation === undefined) === (prompt === undefined)) throw failed('open_conversation takes either conversation_id or prompt.')
    if (conversation === undefined) {
      const target = to ?? firstWith(({ links }) => links !== undefined, asking)?.id ?? null
      return { params: { prompt: prompt ?? '' }, to: target, carrier: 'runner', claimable: true }
    }
    if (!uuid.test(conversation))
      throw failed('conversation_id must be the UUID of a conversation, as its address ends: claude.ai/chat/UUID.')
    const opens = (id: string): boolean => clientById(id)?.links?.conversation !== undefined
    const target = to ?? firstWith(({ id }) => opens(id), asking)?.id ?? ''
    if (!opens(target)) throw failed(`${labelOf(target)} has no link that opens a conversation; leave "to" out.`)
    return { params: { conversation_id: conversation.toLowerCase() }, to: target, carrier: 'runner', claimable: false }
  },
  async carryOut({ id, to }, { conversation_id: conversation }, { openLink }): Promise<ActionOutcome> {
    const client = clientById(to ?? '')
    const label = labelOf(to ?? '')
    if (conversation !== undefined) {
      const link = client?.links?.conversation?.(conversation)
      if (link !== undefined && (await openLink(to ?? '', link)))
        return { status: 'done', result: { message: `${label} was asked to show the conversation.` } }
      return { status: 'needs_user', result: { message: `Open https://claude.ai/chat/${conversation} by hand, or find it in ${label}.` } }
    }
    const line = lineFor(id)
    const link = client?.links?.fresh(line)
    if (link !== undefined && (await openLink(to ?? '', link)))
      return { status: 'needs_user', result: { message: `Press Enter in the window of ${label} that opened: it holds "${line}".` } }
    return { status: 'needs_user', result: { message: `Open ${label} by hand and type: ${line}` } }
  },
})
