import { isWindows, joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ask } from './ask.ts'
import { withoutClaudeCode } from './claudes.ts'
import { readText } from './kernel.ts'
import { programOn } from './program.ts'

const timeoutMs = 4000

/** `"claude.exe","4711","Console","1","19,276 K"`: the first two columns of each line. */
const processesOf = (csv: string): { name: string; pid: string }[] =>
  csv.split('\n').flatMap((line) => {
    const [, name, pid = ''] = /^"([^"]+)"(?:,"(\d+)")?/.exec(line) ?? []
    return name === undefined ? [] : [{ name, pid }]
  })

/** A process may end while it is looked at, which Linux reports as `ESRCH`, or belong to somebody whose are not shown. */
async function commandLine(system: System, pid: string): Promise<string> {
  try {
    return await readText(system, `/proc/${pid}/cmdline`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))) return ''
    throw error
  }
}

async function unixNames(system: System): Promise<string[]> {
  const processes = (await system.files.list(reachable('/proc'))).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(processes.map((pid) => commandLine(system, pid)))
  return lines.flatMap((line) => line.split('\0')[0]?.split('/').at(-1) || [])
}

/** Programs of a side that print the names of its processes, one way for each kind. */
const lister = (environment: Environment): readonly string[] =>
  isWindows(environment)
    ? [joinPath(environment, environment.systemRoot ?? native('C:\\Windows'), 'System32', 'tasklist.exe'), '/fo', 'csv', '/nh']
    : ['/bin/ps', '-axo', 'comm=']

/**
 * File names of the programs that run on a side now, once each; null when the side does not tell. Asked anew each time, since
 * a remembered answer would be outdated. A planted world has its own.
 */
export async function runningPrograms(
  system: System,
  world: World,
  environment: Environment,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  if (system.variables.MCP_TWIN_WORLD || environment.running.length > 0) return environment.running
  if (environment.self && (environment.kind === 'linux' || environment.kind === 'wsl')) return [...new Set(await unixNames(system))]
  const program = programOn(world, environment, lister(environment), { timeoutMs, signal })
  const output = program && (await ask(system, program))
  if (!output?.ok) return null
  const names = isWindows(environment)
    ? await withoutClaudeCode(system, world, environment, processesOf(output.text), signal)
    : output.text.split('\n').flatMap((line) => line.trim().split('/').at(-1) || [])
  return [...new Set(names)]
}
