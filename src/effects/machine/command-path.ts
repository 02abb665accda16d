import { extensionServer } from '../../core/launch/extension.ts'
import { runSide, serverOn } from '../../core/launch/side.ts'
import { isWindows, toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Extensions } from '../../model/extension.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { System } from '../../model/system.ts'
import { decodeConsole } from './console.ts'
import { programOn } from './program.ts'

/** A login shell that reads slow start-up files is waited for this long, in ms. */
const LOGIN_MS = 10_000

/**
 * Absolute paths of the commands that some client starts across the border, as the login shell of their side finds
 * them: `environment command` → path. Across, there is no shell to look them up at every start.
 */
export async function commandPaths(
  system: System,
  world: World,
  home: Environment,
  sides: readonly Environment[],
  manifest: Manifest,
  extensions?: Extensions,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, { side: Environment; command: string }>()
  for (const [name, server] of Object.entries(manifest.servers)) {
    const extension = server.disabled === true ? undefined : extensions?.found.get(server.extension ?? '')
    if (extension?.isBound === true) {
      const side = extension.environment
      const started = extensionServer(extension, name, server, side, world)
      const command = 'reason' in started ? undefined : started.command
      if (command !== undefined && !/[\\/$]/.test(command) && sides.some(({ id }) => id !== side.id))
        wanted.set(`${side.id} ${command}`, { side, command })
    }
    if (server.runIn === undefined || server.runIn === 'each' || server.disabled === true) continue
    for (const client of sides) {
      const side = runSide(server, client, world, home)
      const { command } = side === null ? server : serverOn(server, side)
      if (side === null || side.id === client.id || command === undefined || /[\\/$]/.test(command)) continue
      wanted.set(`${side.id} ${command}`, { side, command })
    }
  }
  const found = await Promise.all(
    [...wanted].map(async ([key, { side, command }]) => [key, await findCommand(system, world, side, command)] as const),
  )
  return new Map(found.flatMap(([key, path]): [string, string][] => (path === null ? [] : [[key, path]])))
}

/** The absolute path of a command as the login shell of its side finds it; null: it has none, or cannot be asked. */
export async function findCommand(system: System, world: World, side: Environment, command: string): Promise<string | null> {
  const lines = (await programLines(system, world, side, command)) ?? []
  return lines.find((line) => (isWindows(side) ? /^[A-Za-z]:\\.*\.exe$/i.test(line) : line.startsWith('/'))) ?? null
}

/** The lines that a side prints when asked where a command is; empty: it has none, null: it cannot be asked. */
export async function programLines(system: System, world: World, side: Environment, command: string): Promise<string[] | null> {
  const argv = isWindows(side)
    ? ['C:\\Windows\\System32\\where.exe', command]
    : ['/bin/sh', '-lc', 'exec "${SHELL:-/bin/sh}" -lc \'command -v -- "$0"\' "$0"', command]
  // where.exe looks in its working directory first, which may be a stranger's project.
  const cwd = isWindows(side) && toHere(side, side.home) !== null ? { cwd: side.home } : {}
  const program = programOn(world, side, argv, { timeoutMs: LOGIN_MS, ...cwd })
  if (program === null) return null
  const answer = await system.ask(program)
  if (answer.timedOut || answer.trouble !== undefined) return null
  const lines = decodeConsole(answer.stdout).split(/\r?\n/)
  if (answer.code === 0) return lines.map((line) => line.trim()).filter((line) => line !== '')
  // where.exe and most shells end with 1 for a name that they do not know, dash with 127.
  return answer.code === 1 || (answer.code === 127 && !isWindows(side)) ? [] : null
}
