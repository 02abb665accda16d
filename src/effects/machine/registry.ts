import { joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { decodeConsole } from './console.ts'
import { programOn } from './program.ts'

/** `reg.exe` answers at once where Windows answers at all. */
const timeoutMs = 2000

/** Values of one key, as `reg.exe` prints them: `0x1` for a DWORD of 1. */
export type RegistryValues = ReadonlyMap<string, string>

/** `    Name    REG_SZ    data`, a line a value; names may hold blanks, and the words of the columns are never translated. */
const line = /^\s+(\S.*?)\s+(REG_[A-Z_]+)(?:\s+(.*))?$/

/** The values in what `reg.exe query` printed. Names are as they were typed: Windows does not tell their cases apart. */
export function readRegistry(text: string): RegistryValues {
  return new Map(
    text.split('\n').flatMap((each): [string, string][] => {
      const [, name, , data = ''] = line.exec(each) ?? []
      return name === undefined ? [] : [[name, data.trim()]]
    }),
  )
}

/** Values of a key of Windows' registry, from either side; none where the key is not there. A text: why it could not be asked. */
export async function queryRegistry(system: System, world: World, windows: Environment, key: string): Promise<RegistryValues | string> {
  const reg = joinPath(windows, windows.systemRoot ?? native('C:\\Windows'), 'System32', 'reg.exe')
  const program = programOn(world, windows, [reg, 'query', key], { timeoutMs })
  if (program === null) return windows.trouble?.reason ?? 'programs of Windows cannot be started from here'
  const answer = await system.ask(program)
  if (answer.timedOut) return `reg.exe did not answer within ${timeoutMs / 1000} s`
  if (answer.trouble !== undefined) return `reg.exe could not be started (${answer.trouble})`
  // It ends with 1 where the key is not there, and says so in the language of that Windows.
  return answer.code === 0 ? readRegistry(decodeConsole(answer.stdout)) : new Map()
}

/** How long an answer of the registry is reused: a watcher asks again and again. */
const LASTS_MS = 60_000

const asked = new WeakMap<System, Map<string, { readonly atMs: number; readonly answer: Promise<RegistryValues | string> }>>()

/** `queryRegistry`, remembering its answers for a minute. A planted world has no registry but its `policies`. */
export async function rememberedRegistry(
  system: System,
  world: World,
  windows: Environment,
  key: string,
): Promise<RegistryValues | string> {
  if (system.variables.MCP_TWIN_WORLD) return new Map()
  const answers = asked.get(system) ?? new Map()
  asked.set(system, answers)
  const name = `${windows.id} ${key}`
  const before = answers.get(name)
  const age = before === undefined ? Infinity : system.now() - before.atMs
  if (before !== undefined && age >= 0 && age < LASTS_MS) return before.answer
  const answer = queryRegistry(system, world, windows, key)
  answers.set(name, { atMs: system.now(), answer })
  return answer
}
