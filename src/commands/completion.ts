import type { CommandSpec, Context } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import { completionScript, shells } from '../ui/completion.ts'

const COMMON = ['--json', '--manifest', '--user', '--client', '--on', '--yes', '--offline', '--quiet', '--verbose', '--help']

const longFlag = (flags: string): string[] => flags.match(/--[a-z-]+/g) ?? []

/** A command under each of its names. */
const completable = (spec: CommandSpec) =>
  [spec.name, ...(spec.aliases ?? [])].map((name) => ({
    name,
    summary: spec.summary,
    flags: [
      ...(spec.options ?? []).flatMap((option) => longFlag(option.flags)),
      ...COMMON.filter((flag) => flag !== '--json' || spec.noJson !== true),
    ],
  }))

/** Prints a completion script. */
export async function run(context: Context, args: string[]): Promise<ExitCode> {
  const shell = shells.find((each) => each === args[0])
  if (shell === undefined) throw usageError(`Unknown shell "${args[0] ?? ''}".`, { hint: `mcp-twin completion ${shells.join('|')}` })
  const script = completionScript(shell, context.commands.flatMap(completable), COMMON)
  context.io.out(script)
  context.io.json({ command: 'completion', shell, script })
  return EXIT.ok
}
