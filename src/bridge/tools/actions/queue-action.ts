import { type Field, InputTrouble, optional, recipientWords, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { defineTool } from '../../contract/tool.ts'

/** Named arguments, which the type of the action checks. */
const params: Field<unknown> = {
  optional: false,
  schema: { type: 'object' },
  read(value, where) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new InputTrouble(`${where} must be an object`)
    return value
  },
}

export const queueAction = defineTool({
  name: 'queue_action',
  family: 'actions',
  effect: 'run',
  description:
    'Ask the other program to act: open_conversation {conversation_id | prompt}, switch_model* {model}, update_mcp_config* {name, command [args] [env] | url | remove}, analyze_file {file_path [question]}, save_conversation {title content [path]}, execute_from_code {prompt [files]}. * A person approves.',
  input: {
    type: text({ least: 1, most: limits.clientCharacters }),
    params,
    to: optional(text({ least: 1, most: limits.clientCharacters, about: recipientWords })),
  },
  subject: ({ type }) => type,
  async handle({ type, params, to }, bridge, { client, session, begin }) {
    const { queueFor } = await import('../../actions/intake/asking.ts')
    begin()
    const { id, to: receiver, status, result } = await queueFor(bridge, { client, session, type, params, to })
    const words =
      result === null
        ? `Action ${id} for ${quoteInLine(receiver)} is ${status}; get_action with timeout_ms waits for its result.`
        : `Action ${id} for ${quoteInLine(receiver)}, ${status}: ${String(result.message)}`
    return { content: [{ type: 'text', text: words }], data: { id, to: receiver, status, ...(result !== null && { result }) } }
  },
})
