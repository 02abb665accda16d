import type { Environment } from '../../model/environment.ts'
import type { Grammar } from './blocked/command.ts'
import type { shellNames } from '../config/options.ts'

export type ShellName = (typeof shellNames)[number]

export const grammarOf = (shell: ShellName): Grammar =>
  shell === 'cmd' ? 'cmd' : shell === 'powershell' || shell === 'pwsh' ? 'powershell' : 'posix'

/** The usual paths of each shell on its own side; the first that exists is used. */
const places: Readonly<Record<ShellName, readonly string[]>> = {
  bash: ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/opt/homebrew/bin/bash'],
  sh: ['/bin/sh', '/usr/bin/sh'],
  zsh: ['/bin/zsh', '/usr/bin/zsh', '/usr/local/bin/zsh', '/opt/homebrew/bin/zsh'],
  cmd: ['\\System32\\cmd.exe'],
  powershell: ['\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
  pwsh: ['\\..\\Program Files\\PowerShell\\7\\pwsh.exe'],
}

/** Candidates on a side, as it spells them. */
export function shellPlaces(shell: ShellName, side: Environment): string[] {
  if (side.kind !== 'windows')
    return shell === 'pwsh' ? ['/usr/bin/pwsh', '/usr/local/bin/pwsh', '/opt/microsoft/powershell/7/pwsh'] : [...places[shell]]
  const root: string = side.systemRoot ?? 'C:\\Windows'
  return places[shell].map((place) => (place.startsWith('\\..') ? root.replace(/\\[^\\]+$/, '') + place.slice(3) : root + place))
}

/** Shells to try where none is named. */
export const usualShells = (side: Environment): readonly ShellName[] =>
  side.kind === 'windows' ? ['cmd'] : side.kind === 'macos' ? ['zsh', 'bash', 'sh'] : ['bash', 'sh']

/** Arguments that make a shell run a command line. `verbatim`: cmd reads its line itself, so nothing may be quoted for it. */
export function shellArguments(shell: ShellName, command: string): { args: string[]; verbatim: boolean } {
  if (shell === 'cmd') return { args: ['/d', '/s', '/c', `"${command}"`], verbatim: true }
  if (grammarOf(shell) === 'posix') return { args: ['-c', command], verbatim: false }
  // Encoded, since PowerShell's -Command takes quotes apart once more; the code of the last program becomes its own.
  const script = `[Console]::OutputEncoding=[Text.Encoding]::UTF8\n${command}\nif ($LASTEXITCODE) { exit $LASTEXITCODE }`
  return {
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', Buffer.from(script, 'utf16le').toString('base64')],
    verbatim: false,
  }
}
