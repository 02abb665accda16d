import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { runCli } from '../../src/cli/run.ts'
import type { Judge } from '../../src/model/afterwards.ts'
import type { nodeSystem } from '../../src/system/node.ts'
import { type CliOptions, type CliResult, cli, resultOf, untried } from './cli.ts'
import { projectFolder } from './machine.ts'
import { type Scratch, type ScratchOptions, scratch } from './scratch.ts'

/** The built program called in this process: a hundred commands take as long as ten processes. */
interface Built {
  readonly runCli: typeof runCli
  readonly nodeSystem: typeof nodeSystem
}

const require = createRequire(import.meta.url)
const part = <Name extends keyof Built>(file: string, name: Name): Built[Name] =>
  (require(join(projectFolder, 'dist', file)) as Built)[name]

/** A scratch home in memory where there is such a folder: each command waits for the disk several times. */
export function quickScratch(options: ScratchOptions = {}): Scratch {
  const usual = process.env.TMPDIR
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'
  try {
    return scratch(options)
  } finally {
    if (usual === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = usual
  }
}

/**
 * Runs a command of the built program in this process, as from a shell without a terminal. One at a time: the program reads the
 * environment of its process. `judge`: looks at what a change leads to before it is done.
 */
export async function inProcess(
  place: Pick<Scratch, 'home' | 'env'>,
  args: readonly string[],
  cwd = place.home,
  judge?: Judge,
): Promise<CliResult> {
  const stream = () => {
    const written: string[] = []
    return { isTTY: false, columns: undefined, written, write: (text: string) => written.push(text) > 0 }
  }
  const [stdout, stderr] = [stream(), stream()]
  const usual = { ...process.env }
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, place.env)
  try {
    const terminal = {
      ...{ stdin: { isTTY: false }, stdout, stderr, signal: new AbortController().signal, variables: place.env },
      ...(judge && { judge }),
      system: async () => ({ ...part('system-node.cjs', 'nodeSystem')(), variables: place.env, cwd }),
    }
    // A terminal is more than what commands use of it.
    const code = await part('cli-run.cjs', 'runCli')(untried(args), '1.0.0', terminal as unknown as Parameters<typeof runCli>[2])
    return resultOf(code, null, stdout.written.join(''), stderr.written.join(''))
  } finally {
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, usual)
  }
}

/** Runs a command in this process, or in one of its own where an option asks for that. */
export function quickly(place: Pick<Scratch, 'home' | 'env'>, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { cwd, ...others } = options
  return Object.keys(others).length > 0 ? cli(place, args, options) : inProcess(place, args, cwd)
}
