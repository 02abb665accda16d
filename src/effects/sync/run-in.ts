import { programName } from '../../core/launch/command-line.ts'
import { serverOn, wordFor } from '../../core/launch/side.ts'
import { isWindows, looksPosixPath, looksWindowsPath, onDrive, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { programLines } from '../machine/command-path.ts'
import type { Situation } from '../manifest/open.ts'
import { isTrouble } from '../store/trouble.ts'

/** Where a `command` server has to run, since it is to be had on sides that lack its program. */
export interface RunsIn {
  readonly word: string
  readonly side: Environment
  readonly lacking: readonly Environment[]
}

/**
 * The side where a `command` server runs for all that are to have it: one of those that had it and that has its program.
 * Null: every side can start it natively, or the manifest says where it runs, or nobody can tell.
 */
export async function runsIn(
  system: System,
  { world, home, sides }: Pick<Situation, 'world' | 'home' | 'sides'>,
  server: ServerSpec,
  had: readonly Environment[],
  wanted: readonly Environment[],
): Promise<RunsIn | null> {
  if ((server.runIn ?? 'each') !== 'each' || Object.values(server.on ?? {}).some(({ command }) => command !== undefined)) return null
  const has = (side: Environment): Promise<boolean | null> => hasProgram(system, { world, home }, side, serverOn(server, side))
  const lacking: Environment[] = []
  for (const side of wanted) if ((await has(side)) === false) lacking.push(side)
  if (lacking.length === 0) return null
  const sources: { side: Environment; rank: number }[] = []
  for (const side of had.filter((each) => !lacking.includes(each))) {
    const there = await has(side)
    // A program that lies nowhere now is spelled for one side all the same.
    if (there !== false || isSpelledFor(side, server.command ?? ''))
      sources.push({
        side,
        rank: (there === true ? 0 : there === null ? 2 : 4) + Number(side.id !== home.environment.id),
      })
  }
  const side = sources.sort((a, b) => a.rank - b.rank)[0]?.side
  return side === undefined ? null : { word: wordFor(side, { environments: [...sides] }), side, lacking }
}

const isSpelledFor = (side: Environment, path: string): boolean => (isWindows(side) ? looksWindowsPath(path) : looksPosixPath(path))

type Where = Pick<Situation, 'world' | 'home'>

/** True if the program of a `command` server is on this side; null: it is no such server, or unknown from here. */
async function hasProgram(system: System, where: Where, side: Environment, server: ServerSpec): Promise<boolean | null> {
  const { command, args: [script = ''] = [] } = server
  if (command === undefined || /[$]/.test(command)) return null
  const isPath = (text: string): boolean => looksPosixPath(text) || looksWindowsPath(text)
  const program = isPath(command)
    ? await isFile(system, side, command)
    : /[\\/]/.test(command)
      ? null
      : await isOnPath(system, where, side, command)
  const interprets = /^(?:node|python[\d.]*|py|deno|bun|ruby|perl|bash|sh)$/.test(programName(command))
  return program === true && interprets && isPath(script) ? isFile(system, side, script) : program
}

async function isOnPath(system: System, { world }: Where, side: Environment, command: string): Promise<boolean | null> {
  const lines = await programLines(system, world, side, command)
  return lines === null ? null : lines.length > 0
}

/** A path in the spelling of another side is none here. */
async function isFile(system: System, side: Environment, path: string): Promise<boolean | null> {
  if (!isSpelledFor(side, path)) return false
  const here = onDrive(side, path) !== null && !isWindows(side) ? null : toHere(side, native(path))
  if (here === null) return null
  try {
    return (await system.files.look(here, 'follow')) !== null
  } catch (error) {
    if (isTrouble(error)) return null
    throw error
  }
}
