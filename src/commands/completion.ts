import type { CommandSpec, Context } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'

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

/** What a shell completes: commands with their flags. */
interface Completable {
  readonly name: string
  readonly summary: string
  /** Its own and the common ones. */
  readonly flags: readonly string[]
}

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
type Shell = (typeof shells)[number]

const words = (commands: readonly Completable[]): string => commands.map((each) => each.name).join(' ')

function bash(commands: readonly Completable[], common: readonly string[]): string {
  const cases = commands.map((each) => `    ${each.name}) words="${each.flags.join(' ')}" ;;`).join('\n')
  return `_mcp_twin() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_WORDS[1]} in
${cases}
    *) words="${words(commands)} ${common.join(' ')}" ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="${words(commands)} ${common.join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _mcp_twin mcp-twin`
}

function zsh(commands: readonly Completable[]): string {
  const listed = commands.map((each) => `    '${each.name}:${each.summary.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`).join('\n')
  const cases = commands.map((each) => `    ${each.name}) compadd -- ${each.flags.join(' ')} ;;`).join('\n')
  return `#compdef mcp-twin
_mcp_twin() {
  local -a commands
  commands=(
${listed}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case $words[2] in
${cases}
  esac
  _files
}
if [ "$funcstack[1]" = _mcp-twin ]; then _mcp_twin; else compdef _mcp_twin mcp-twin; fi`
}

function fish(commands: readonly Completable[]): string {
  const lines = commands.flatMap((each) => [
    `complete -c mcp-twin -n __fish_use_subcommand -f -a ${each.name} -d '${each.summary.replaceAll("'", "\\'")}'`,
    ...each.flags.map((flag) => `complete -c mcp-twin -n '__fish_seen_subcommand_from ${each.name}' -l ${flag.replace(/^--/, '')}`),
  ])
  return lines.join('\n')
}

function powershell(commands: readonly Completable[]): string {
  const table = commands.map((each) => `    '${each.name}' = '${each.flags.join(' ')}'`).join('\n')
  return `Register-ArgumentCompleter -Native -CommandName mcp-twin -ScriptBlock {
  param($word, $ast, $position)
  $flags = @{
${table}
  }
  $parts = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $words = if ($parts.Count -gt 1 -and $flags.ContainsKey($parts[1])) { $flags[$parts[1]] } else { '${words(commands)}' }
  $words -split ' ' | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}`
}

/** A completion script for a shell; it runs no program of ours while completing. */
const completionScript = (shell: Shell, commands: readonly Completable[], common: readonly string[]): string =>
  ({ bash, zsh, fish, powershell })[shell](commands, common)
