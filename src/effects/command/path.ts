import { isWindows, joinPath, samePath } from '../../core/paths.ts'
import { commandFiles } from '../../model/command-text.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { decodeConsole } from '../machine/console.ts'
import { pathFolders } from '../machine/npm.ts'
import { programOn } from '../machine/program.ts'
import { sideFiles } from '../machine/side-files.ts'
import { variable } from '../machine/variables.ts'

/** A login shell that reads slow start-up files is waited for this long, in ms. */
const timeoutMs = 10_000

/** npm puts the programs of a project, and of `npx`, in front of PATH for what it starts; no terminal has them there. */
const isOfNpm = (folder: string): boolean => /[\\/]node_modules[\\/]\.bin[\\/]?$|[\\/]node-gyp-bin[\\/]?$/.test(folder)

/** The folders of a side's PATH as a terminal there has it; null: it cannot be asked. */
export async function terminalPath(system: System, world: World, side: Environment): Promise<NativePath[] | null> {
  const folders = (path: string): NativePath[] =>
    pathFolders(side, path)
      .filter((each) => !isOfNpm(each))
      .map(native)
  if (side.self) return folders(variable(system.variables, 'PATH') ?? '')
  // A Windows program that is started from WSL gets the PATH of Windows. Node prints it in UTF-8; cmd would take a code page.
  const argv = isWindows(side)
    ? side.node === undefined
      ? null
      : [side.node, '-p', 'process.env.PATH']
    : ['/bin/sh', '-lc', 'exec "${SHELL:-/bin/sh}" -lc \'printf "%s\\n" "$PATH"\'']
  const program = argv === null ? null : programOn(world, side, argv, { timeoutMs })
  const answer = program === null ? null : await system.ask(program)
  if (answer === null || answer.code !== 0) return null
  const line = decodeConsole(answer.stdout)
    .split(/\r?\n/)
    .findLast((each) => each.trim() !== '')
  return line === undefined ? null : folders(line.trim())
}

/** Whether a PATH has a folder. */
export const isOnPath = (side: Environment, path: readonly NativePath[], folder: NativePath): boolean =>
  path.some((each) => samePath(side, each, folder))

/** The first file on a PATH that a shell takes for the command mcp-twin; null: there is none. */
export async function firstOnPath(system: System, side: Environment, path: readonly NativePath[]): Promise<NativePath | null> {
  const files = sideFiles(system, side)
  for (const folder of path)
    for (const name of commandFiles(isWindows(side))) {
      const file = joinPath(side, folder, name)
      if ((await files.look(file, 'follow'))?.kind === 'file') return file
    }
  return null
}
