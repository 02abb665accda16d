import { flag, optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

export const sendInput = defineTool({
  name: 'send_input',
  family: 'terminal',
  effect: 'run',
  description: 'Give a session a line of input; read_output shows its answer.',
  input: { session: text(), input: text({ most: limits.inputCharacters }), end: optional(flag('then close its input')) },
  subject: ({ session, input }) => `${session}: ${input}`,
  async handle({ session, input, end = false }, bridge, call) {
    const terminal = await bridge.terminal()
    terminal.send(session, input, end, call)
    return {
      content: [{ type: 'text', text: `Sent to ${session}${end ? ', and its input is closed' : ''}.` }],
      data: { session, sent: true, ...(end && { end }) },
    }
  },
})
