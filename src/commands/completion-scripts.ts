import type { CommandSpec } from '../model/command-line.ts'
import { environmentKinds } from '../model/environment.ts'
import { type OfferedWord, optionsOf } from './completion-words.ts'

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** The line by which the program says that the shell's own completion of files is wanted. */
const FILES = ':files'

/** The answer to a shell: one word a line, in the form in which its script reads what the word means. */
export function printed(shell: Shell, offered: readonly OfferedWord[], isFile: boolean): string[] {
  if (isFile) return [FILES]
  return offered.map(({ word, about }) => {
    if (about === undefined || shell === 'bash') return shell === 'zsh' ? word.replaceAll(':', '\\:') : word
    return shell === 'zsh' ? `${word.replaceAll(':', '\\:')}:${about}` : `${word}\t${about}`
  })
}

interface Known {
  readonly builtins: readonly OfferedWord[]
  readonly clients: readonly OfferedWord[]
}

/** A command under each of its names, with the words that need no asking. */
const known = (commands: readonly CommandSpec[], { builtins }: Known) =>
  commands.flatMap((spec) => {
    const first = spec.arguments?.[0]?.offers
    const verbs = spec.verbs ?? []
    const words = [
      ...verbs.map(({ name }) => name),
      ...(first === 'builtin' || first === 'addable' ? builtins.map(({ word }) => word) : Array.isArray(first) ? first : []),
    ]
    const options = [...verbs.flatMap((verb) => verb.options ?? []), ...optionsOf(spec)]
    const flags = new Set(options.flatMap(({ flags: text }) => text.match(/--[a-z-]+/g) ?? []))
    return [spec.name, ...(spec.aliases ?? [])].map((name) => ({ name, summary: spec.summary, words: [...words, ...flags] }))
  })

const common = optionsOf(undefined)
  .map(({ flags }) => flags.split(' ')[0])
  .join(' ')

/** Where the program is not on the PATH, the script knows all but names that are written in files. */
const bash = (commands: readonly CommandSpec[], names: Known): string => {
  const all = known(commands, names)
  const cases = all.map((each) => `    ${each.name}) words="${each.words.join(' ')}" ;;`).join('\n')
  const first = `${all.map((each) => each.name).join(' ')} ${common}`
  return `_mcp_twin() {
  local word=\${COMP_WORDS[COMP_CWORD]} words part last= head found
  local -a typed=()
  for part in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $part == [:=] || $last == [:=] ]] && [ \${#typed[@]} -gt 0 ]; then typed[\${#typed[@]}-1]+=$part; else typed+=("$part"); fi
    last=$part
  done
  COMPREPLY=()
  if found=$(mcp-twin completion bash -- "\${typed[@]}" 2>/dev/null); then
    if [ "$found" = ${FILES} ]; then compopt -o default 2>/dev/null; return; fi
    # Bash replaces only what follows the last colon or equals sign.
    head=\${typed[\${#typed[@]}-1]}
    head=\${head%"\${head##*[:=]}"}
    while IFS= read -r part; do [ -n "$part" ] && COMPREPLY+=("\${part#"$head"}"); done <<< "$found"
    return
  fi
  case \${COMP_WORDS[1]} in
${cases}
    *) words="${first}" ;;
  esac
  case \${COMP_WORDS[COMP_CWORD-1]} in
    --client|--from) words="${names.clients.map((each) => each.word).join(' ')}" ;;
    --on|--home) words="${environmentKinds.join(' ')}" ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="${first}"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _mcp_twin mcp-twin`
}

const quoted = (text: string): string => text.replaceAll("'", "'\\''")

const zsh = (commands: readonly CommandSpec[], names: Known): string => {
  const all = known(commands, names)
  const listed = all.map((each) => `    '${each.name}:${quoted(each.summary).replaceAll(':', '\\:')}'`).join('\n')
  const cases = all.map((each) => `    ${each.name}) compadd -- ${each.words.join(' ')} ;;`).join('\n')
  return `#compdef mcp-twin
_mcp_twin() {
  local -a commands found
  local text
  if text=$(mcp-twin completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null); then
    if [[ $text == ${FILES} ]]; then _files; return; fi
    found=("\${(@f)text}")
    [[ -n $text ]] && _describe mcp-twin found
    return
  fi
  commands=(
${listed}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case $words[2] in
${cases}
  esac
}
if [ "$funcstack[1]" = _mcp-twin ]; then _mcp_twin; else compdef _mcp_twin mcp-twin; fi`
}

const fish = (commands: readonly CommandSpec[], names: Known): string => {
  const all = known(commands, names)
  const first = all.map((each) => `    printf '%s\\t%s\\n' ${each.name} '${each.summary.replaceAll("'", "\\'")}'`).join('\n')
  const cases = all.map((each) => `    case ${each.name}\n      printf '%s\\n' ${each.words.join(' ')}`).join('\n')
  return `function __mcp_twin
  set -l typed (commandline -opc)
  set -e typed[1]
  set -l last (commandline -ct)
  set -l found (mcp-twin completion fish -- $typed "$last" 2>/dev/null)
  if test $status -eq 0
    if test "$found[1]" = ${FILES}
      __fish_complete_path "$last"
    else
      printf '%s\\n' $found
    end
    return
  end
  if test (count $typed) -eq 0
${first}
    return
  end
  switch $typed[1]
${cases}
  end
end
complete -c mcp-twin -f -a '(__mcp_twin)'`
}

const powershell = (commands: readonly CommandSpec[], names: Known): string => {
  const all = known(commands, names)
  const table = all.map((each) => `    '${each.name}' = '${each.words.join(' ')}'`).join('\n')
  return `Register-ArgumentCompleter -Native -CommandName mcp-twin -ScriptBlock {
  param($word, $ast, $position)
  $known = @{
${table}
  }
  $typed = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  $lines = @()
  $before = $env:MCP_TWIN_WORDS
  try {
    $env:MCP_TWIN_WORDS = (@($typed) + "$word") -join "\`n"
    $lines = @(mcp-twin completion powershell 2>$null)
    $asked = $LASTEXITCODE -eq 0
  } catch { $asked = $false } finally { $env:MCP_TWIN_WORDS = $before }
  if ($asked -and $lines[0] -eq '${FILES}') { return }
  if (-not $asked) {
    $words = if ($typed.Count -gt 0 -and $known.ContainsKey($typed[0])) { $known[$typed[0]] } else { '${all.map((each) => each.name).join(' ')} ${common}' }
    $lines = @($words -split ' ' | Where-Object { $_ -like "$word*" })
  }
  $lines | Where-Object { $_ } | ForEach-Object {
    $text, $about = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $(if ($about) { $about } else { $text }))
  }
}`
}

/** A completion script for a shell. It asks the program what can be typed; names of commands and flags it knows itself. */
export const completionScript = (shell: Shell, commands: readonly CommandSpec[], names: Known): string =>
  ({ bash, zsh, fish, powershell })[shell](commands, names)
