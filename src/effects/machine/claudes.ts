import { joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ask } from './ask.ts'
import { programOn } from './program.ts'

/** Windows' name of the program of Claude Desktop, and of Claude Code as well (anthropics/claude-code#25610). */
const NAME = 'claude.exe'

/**
 * Where Claude Code's own program lies: `~\.local\bin` by its installer, `%APPDATA%\Claude\claude-code\VERSION` where
 * Desktop brings it along (anthropics/claude-code#62690), an editor's extension (#63489), a global npm. Desktop's is in
 * `C:\Program Files\WindowsApps\Claude_…` or `%LOCALAPPDATA%\AnthropicClaude` (#63721).
 */
const ofClaudeCode = /\\\.local\\(?:bin|share)\\|[\\.]claude-code[\\.-]|\\node_modules\\/i

/** PowerShell takes a second or so to start. */
const timeoutMs = 4000

/** `4711 C:\…\claude.exe`, a line a process; without quotes of any kind that a command line would have to carry. */
const script = "Get-Process claude | ForEach-Object { [string]$_.Id + ' ' + $_.Path }"

/** Paths by process id from earlier calls: waiting for Desktop to quit asks every second. */
const knownPaths = new WeakMap<System, Map<string, string>>()

async function pathsOf(
  system: System,
  world: World,
  windows: Environment,
  pids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  const known = knownPaths.get(system) ?? new Map<string, string>()
  knownPaths.set(system, known)
  if (!pids.every((pid) => known.has(pid))) {
    const root = windows.systemRoot ?? native('C:\\Windows')
    const powershell = joinPath(windows, root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
    const words = [powershell, '-NoProfile', '-NonInteractive', '-Command', script]
    const program = programOn(world, windows, words, { timeoutMs, signal })
    const answer = program && (await ask(system, program))
    if (!answer?.ok) return null
    known.clear()
    for (const [, pid = '', path = ''] of answer.text.matchAll(/^(\d+) (.*)$/gm)) known.set(pid, path.trim())
  }
  return pids.map((pid) => known.get(pid) ?? '')
}

/**
 * Whether each program that is called `claude.exe` is Claude Code's: then none of them is Claude Desktop, which is the one
 * that writes its config back. Only the path shows that, and of the programs on every Windows only PowerShell prints it. False
 * if it does not answer or hides a path: a needless warning about Desktop is the smaller mistake.
 */
async function allClaudeCode(
  system: System,
  world: World,
  windows: Environment,
  pids: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  const paths = await pathsOf(system, world, windows, pids, signal)
  return paths?.every((path) => ofClaudeCode.test(path)) ?? false
}

/** The names of Windows' processes, without `claude.exe` where that is only Claude Code. */
export async function withoutClaudeCode(
  system: System,
  world: World,
  windows: Environment,
  processes: readonly { readonly name: string; readonly pid: string }[],
  signal?: AbortSignal,
): Promise<string[]> {
  const isClaude = ({ name }: { name: string }): boolean => name.toLowerCase() === NAME
  const pids = processes.filter(isClaude).map(({ pid }) => pid)
  const others = pids.length > 0 && (await allClaudeCode(system, world, windows, pids, signal))
  return processes.filter((each) => !(others && isClaude(each))).map(({ name }) => name)
}
