import { type CommandFacts, defineCheck } from '../../core/doctor/facts.ts'
import { dirName } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'

const again = 'mcp-twin init --yes --no-import'

function judged({ environment, file, found, first }: CommandFacts): Pick<CheckResult, 'level' | 'message' | 'fix' | 'detail'> {
  const folder = dirName(environment, file)
  switch (found) {
    case 'ours':
      return { level: 'ok', message: '', detail: [file] }
    case 'gone':
      return { level: 'warning', message: 'it was removed, so mcp-twin cannot be typed in every folder', detail: [file], fix: again }
    case 'outdated':
      return { level: 'warning', message: 'it starts a node or a program that is no longer in use', detail: [file], fix: again }
    case 'edited':
      return { level: 'info', message: 'it is not as mcp-twin wrote it; it is left as it is, by uninstall too', detail: [file] }
    case 'off':
      return {
        ...{ level: 'warning', message: 'its folder is no longer on PATH', detail: [file] },
        fix: `add ${folder} to PATH, then open a new terminal`,
      }
    case 'hidden':
      return {
        ...{ level: 'warning', message: `another program of that name comes first on PATH: ${first}`, detail: [file] },
        fix: `remove that program, or put ${folder} before its folder in PATH`,
      }
  }
}

/** The command that init puts on PATH must be where it was written, be found, and start the program that is in use. */
export const commandOnPath = defineCheck({
  id: 'command-on-path',
  group: 'side',
  title: 'what mcp-twin put on PATH is in order',
  run: ({ commands = [] }) =>
    commands.map((facts) => ({ ...judged(facts), subject: 'the command mcp-twin', environment: facts.environment.id })),
})
