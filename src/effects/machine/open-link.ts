import { isWindows, joinPath } from '../../core/paths.ts'
import type { EnvironmentKind, Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { programOn } from './program.ts'

const timeoutMs = 15_000

/** Links of Claude's own programs, in characters that neither a shell nor a command line reads as anything else. */
const fitting = /^(?:claude|claude-cli):\/\/[A-Za-z0-9.]+(?:\/[A-Za-z0-9._~-]+)*(?:\?[A-Za-z0-9._~%=&!*'()-]*)?$/

/**
 * The command of a side that opens a link with the program registered for its scheme. Windows has it in a DLL: `start` would need
 * cmd.exe, which reads `&` and `%` in a link as its own.
 */
function openerOn(side: Environment, link: string): readonly string[] {
  if (isWindows(side))
    return [joinPath(side, side.systemRoot ?? native('C:\\Windows'), 'System32', 'rundll32.exe'), 'url.dll,FileProtocolHandler', link]
  return side.kind === 'macos' ? ['/usr/bin/open', link] : ['xdg-open', link]
}

/**
 * Opens a link on the first side of these kinds, with an argument vector and no shell. False: there is no such side, it cannot be
 * reached, or its opener did not take the link. Throws for a link of any other program.
 */
export async function openLink(system: System, world: World, kinds: readonly EnvironmentKind[], link: string): Promise<boolean> {
  if (!fitting.test(link)) throw new Error('only links of Claude Desktop and Claude Code are opened')
  const side = world.environments.find(({ kind }) => kinds.includes(kind))
  return side === undefined ? false : openOn(system, world, side, link)
}

/** Starts the opener of a side with one argument. */
export async function openOn(system: System, world: World, side: Environment, link: string): Promise<boolean> {
  // The program that it opens goes on running, and needs no key or token of ours.
  const hidden = Object.keys(system.variables).filter((name) => /^MCP_TWIN_(?:SECRET_|TOKEN)/.test(name))
  const env = Object.fromEntries(hidden.map((name) => [name, undefined]))
  const program = programOn(world, side, openerOn(side, link), { timeoutMs, env })
  if (program === null) return false
  const { code, timedOut } = await system.run(program)
  return code === 0 && !timedOut
}
