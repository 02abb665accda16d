import { join } from 'node:path'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { hasHolderEnded, readHolder, selfAsHolder } from '../store/holder.ts'
import { watchGuard } from '../store/lock.ts'
import { decodeConsole } from '../machine/console.ts'
import { processLines } from '../machine/process-lines.ts'
import { programOn } from '../machine/program.ts'

const timeoutMs = 30_000

/**
 * OwnedEntries are those that a node runs from our folder, whoever started
 * them: servers, relays, watchers. An editor that has a file of ours open is not, and neither is this very command.
 */
const script = [
  ...processLines,
  'const folder = plain(process.argv[2] ?? "").replace(/[/]+$/, "")',
  'const places = ["bin", "app", "npm"].map((name) => folder + "/" + name + "/")',
  'const isOurs = (command) => /^"?([^"]*[/])?node(js)?([.]exe)?"?\\s/.test(command) && places.some((place) => command.includes(place)) && !/\\suninstall(\\s|$)/.test(command)',
  'const found = lines().flatMap((line) => {',
  '  const [, pid, command = ""] = /^\\s*([0-9]+) (.*)$/.exec(line) ?? []',
  '  return pid !== undefined && Number(pid) !== process.pid && isOurs(plain(command)) ? [Number(pid)] : []',
  '})',
  'const send = (pid, signal) => { try { process.kill(pid, signal); return true } catch { return false } }',
  'const pids = [...new Set([...found, ...known])].filter((pid) => send(pid, 0))',
  'const ended = pids.filter((pid) => send(pid, "SIGTERM"))',
  'const wait = (ms) => new Promise((done) => setTimeout(done, ms))',
  'const left = () => ended.filter((pid) => send(pid, 0))',
  'const finish = async () => {',
  '  for (let waited = 0; waited < 8000 && left().length > 0; waited += 50) await wait(50)',
  '  for (const pid of left()) send(pid, "SIGKILL")',
  '  for (let waited = 0; waited < 1000 && left().length > 0; waited += 50) await wait(50)',
  '  process.stdout.write(JSON.stringify({ ended, left: left() }))',
  '}',
  'finish()',
].join('\n')

export interface Ended {
  readonly ended: readonly number[]
  /** Still running: of another user, or not ended by any signal. */
  readonly left: readonly number[]
}

/** Ends the processes of a side that run from our folder there, by SIGTERM first. Null: that side's programs cannot be run. */
export async function endProcesses(
  system: System,
  world: World,
  environment: Environment,
  folder: NativePath,
  known: readonly number[],
): Promise<Ended | null> {
  if (environment.node === undefined) return null
  const program = programOn(world, environment, [environment.node, '-', folder], {
    timeoutMs,
    input: `const known = ${JSON.stringify(known)}\n${script}\n`,
    cwd: environment.home,
  })
  const answer = program === null ? null : await system.run(program)
  if (answer === null || answer.code !== 0) return null
  try {
    const { ended, left } = JSON.parse(decodeConsole(answer.stdout)) as Ended
    return { ended, left }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Returns the pid of the process that watches this home, if it is running: it may run from any folder. */
export async function watcherOf(system: System, home: ReachablePath, side: string): Promise<number[]> {
  const self = await selfAsHolder(system, side)
  const found: number[] = []
  for (const name of await system.files.list(reachable(join(`${watchGuard(home)}.mcp-twin-lock`)))) {
    const holder = readHolder(name)
    if (holder === null || holder.side !== side || holder.machine !== self.machine || (await hasHolderEnded(system, holder, self))) continue
    found.push(holder.pid)
  }
  return found
}
