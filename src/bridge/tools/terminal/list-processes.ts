import { beginning } from '../../terminal/mask.ts'
import { defineTool } from '../../contract/tool.ts'

export const listProcesses = defineTool({
  name: 'list_processes',
  family: 'terminal',
  effect: 'read',
  description: 'Processes that commands started and that still run.',
  input: {},
  async handle(_input, bridge, call) {
    const terminal = await bridge.terminal()
    const processes = terminal
      .processes(call)
      .map(({ pid, parent, command }) => ({ pid, parent, command: beginning(command, 300, bridge.redaction) }))
    const words = processes.map(({ pid, parent, command }) => `${pid} (child of ${parent}): ${command}`)
    return { content: [{ type: 'text', text: words.join('\n') || 'None.' }], data: { processes } }
  },
})
