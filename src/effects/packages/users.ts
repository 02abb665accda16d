import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { toHere } from '../../core/paths.ts'
import { decodeConsole } from '../machine/console.ts'
import { processLines } from '../machine/process-lines.ts'
import { programOn } from '../machine/program.ts'

/** The processes of a side that use our files there. */
export interface Users {
  /** Command lines that name something below the folder. */
  readonly commands: readonly string[]
  /** Those of the given pids that are running. */
  readonly alive: ReadonlySet<number>
}

const script = [
  ...processLines,
  'const commands = lines().filter((line) => plain(line).includes(plain(folder)))',
  'const alive = (pid) => { try { process.kill(pid, 0); return true } catch (error) { return error.code === "EPERM" } }',
  'process.stdout.write(JSON.stringify({ commands, alive: pids.filter(alive) }))',
].join('\n')

/** Returns the processes of a side that use files below `folder`. Null: unknown, so everything must count as used. */
export async function usersOf(
  system: System,
  world: World,
  environment: Environment,
  folder: NativePath,
  pids: readonly number[],
): Promise<Users | null> {
  if (environment.node === undefined) return null
  const program = programOn(world, environment, [environment.node, '-'], {
    timeoutMs: 20_000,
    input: `const { folder, pids } = ${JSON.stringify({ folder, pids })}\n${script}\n`,
    cwd: environment.home,
  })
  if (program === null) return null
  const answer = await system.ask(program)
  if (answer.code !== 0) return null
  try {
    const { commands, alive } = JSON.parse(decodeConsole(answer.stdout)) as { commands: string[]; alive: number[] }
    return { commands, alive: new Set(alive) }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The folder in which processes announce that they use the folder around it: one file for each, named by its pid. */
export const useFolder = '.use'

/** Returns the pids announced in a folder. */
export async function announced(system: System, environment: Environment, folder: NativePath): Promise<number[]> {
  const here = toHere(environment, folder)
  const names = here === null ? [] : await system.files.list(here)
  return names.flatMap((name) => (/^\d{1,10}$/.test(name) ? [Number(name)] : []))
}
