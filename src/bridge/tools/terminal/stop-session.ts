import { text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const stopSession = defineTool({
  name: 'stop_session',
  family: 'terminal',
  effect: 'run',
  description: 'End a session with its whole process tree.',
  input: { session: text() },
  subject: ({ session }) => session,
  async handle({ session }, bridge, call) {
    const terminal = await bridge.terminal()
    const stopped = await terminal.stop(session, call)
    const { exitCode } = stopped
    const notes = await terminal.notes(stopped)
    return {
      content: [{ type: 'text', text: [`${session} is ended (exit code ${exitCode ?? 'unknown'}).`, ...notes].join('\n') }],
      data: { session, exit_code: exitCode, ...(notes.length > 0 && { notes }) },
    }
  },
})
