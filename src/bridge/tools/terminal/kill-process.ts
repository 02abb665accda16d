import { whole } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const killProcess = defineTool({
  name: 'kill_process',
  family: 'terminal',
  effect: 'run',
  description: 'End one process of list_processes.',
  input: { pid: whole() },
  subject: ({ pid }) => String(pid),
  async handle({ pid }, bridge, call) {
    const terminal = await bridge.terminal()
    await terminal.kill(pid, call)
    return { content: [{ type: 'text', text: `Process ${pid} is ended.` }], data: { pid } }
  },
})
