import type { Answer } from '../../base/call.ts'
import { flag, oneOf, optional, pathArgument, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { shellNames } from '../../config/options.ts'
import type { Executed } from '../../terminal/execution.ts'
import { defineTool } from '../../contract/tool.ts'

const { least, most, usual } = limits.commandMs

export const executeCommand = defineTool({
  name: 'execute_command',
  family: 'terminal',
  effect: 'run',
  description:
    'Run a command line on either side. At the time limit its whole process tree is ended (stop) or goes on as a session (keep). Blocked commands are a guard rail, not a boundary. What commands write runs with the rights of the user who runs it later, git hooks and build scripts too: no sandbox holds that.',
  input: {
    command: text({ least: 1, most: limits.commandCharacters }),
    timeout_ms: optional(whole({ least, most, about: `default ${usual}` })),
    on_timeout: optional(oneOf(['stop', 'keep'])),
    shell: optional(oneOf(shellNames)),
    cwd: optional(pathArgument('read')),
    environment: optional(text({ about: 'side, e.g. windows or wsl' })),
    background: optional(flag('return a session at once')),
  },
  subject: ({ command }) => command,
  async handle(input, bridge, call) {
    const terminal = await bridge.terminal()
    const { command, shell, cwd, environment } = input
    const request = {
      command,
      shell,
      cwd,
      environment,
      timeoutMs: input.timeout_ms ?? usual,
      onTimeout: input.on_timeout ?? 'stop',
      background: input.background ?? false,
    } as const
    return describe(await terminal.execute(request, call), request.timeoutMs)
  },
})

function describe({ output, exitCode, timedOut, session, cut, first, stay, notes }: Executed, timeoutMs: number): Answer {
  const ending = [
    timedOut
      ? `[Time limit of ${timeoutMs} ms reached${exitCode === null && session !== null && !cut ? '' : '; ended'}.]`
      : exitCode === null
        ? ''
        : `[Exit code ${exitCode}.]`,
    session === null
      ? ''
      : cut
        ? `[${first === 0 ? 'All of the output' : `The output from character ${first} on, since no more is kept`}: read_output with session ${session}, offset ${first}.]`
        : `[Session ${session}: read_output, send_input, stop_session.]`,
    ...notes.map((note) => `[${note}]`),
  ].filter((line) => line !== '')
  const text = [output.replace(/\n$/, ''), ...ending].filter((line) => line !== '').join('\n')
  return {
    content: [{ type: 'text', text }],
    data: {
      ...{ output, exit_code: exitCode, timed_out: timedOut },
      ...(session !== null && { session }),
      ...(cut && { cut, first }),
      ...(stay !== null && stay.excess !== null && { limit: stay.excess }),
      ...(stay !== null && stay.appeared.length > 0 && { appeared: stay.appeared.slice(0, limits.appearedShown) }),
      ...(notes.length > 0 && { notes }),
    },
  }
}
