import { count } from '../../../core/count.ts'
import { beginning } from '../../terminal/mask.ts'
import { defineTool } from '../../contract/tool.ts'

export const listSessions = defineTool({
  name: 'list_sessions',
  family: 'terminal',
  effect: 'read',
  description: 'Commands that go on as sessions, and those that ended lately.',
  input: {},
  async handle(_input, bridge, call) {
    const terminal = await bridge.terminal()
    const sessions = terminal.list(call).map(({ facts, ended, exitCode, output }) => ({
      session: facts.id,
      command: beginning(facts.command, 200, bridge.redaction),
      shell: facts.shell,
      environment: facts.environment,
      running: !ended,
      exit_code: exitCode,
      seconds: Math.round((bridge.now() - facts.startedAt) / 1000),
      characters: output.total,
    }))
    const words = sessions.map(
      ({ session, running, exit_code: code, seconds, shell, environment, characters, command }) =>
        `${session} ${running ? 'running' : `ended (${code})`}, started ${seconds} s ago by ${shell} on ${environment}, ${count(characters, 'character')}: ${command}`,
    )
    return { content: [{ type: 'text', text: words.join('\n') || 'No sessions.' }], data: { sessions } }
  },
})
