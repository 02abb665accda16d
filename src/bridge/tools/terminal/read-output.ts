import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { textAnswer } from '../../base/call.ts'
import { defineTool } from '../../contract/tool.ts'

export const readOutput = defineTool({
  name: 'read_output',
  family: 'terminal',
  effect: 'read',
  description: 'What a session printed since it was last read; waits for something new.',
  input: {
    session: text(),
    offset: optional(whole({ about: 'character; negative: from the end' })),
    limit: optional(whole({ least: 1, most: limits.outputCharacters })),
    timeout_ms: optional(whole({ least: 0, most: limits.commandMs.most, about: 'default 1000' })),
  },
  subject: ({ session }) => session,
  async handle({ session, offset, limit, timeout_ms: timeoutMs }, bridge, call) {
    const terminal = await bridge.terminal()
    await terminal.waitForOutput(session, offset, timeoutMs ?? 1000, call)
    const { session: found, piece } = terminal.read(session, offset, limit, call)
    const notes = await terminal.notes(found)
    const more = [
      ...(piece.lost ? [`what was before ${piece.from} is no longer kept`] : []),
      ...(piece.held > 0 ? [`the last ${piece.held} may begin a key and come with what follows`] : []),
    ]
    const state = found.ended ? `ended with exit code ${found.exitCode}` : 'running'
    return textAnswer(
      `${piece.text}${piece.text === '' || piece.text.endsWith('\n') ? '' : '\n'}[${session} is ${state}; characters ${piece.from}–${piece.next} of ${piece.total}${more.map((each) => `; ${each}`).join('')}.]${notes.map((note) => `\n[${note}]`).join('')}`,
    )
  },
})
