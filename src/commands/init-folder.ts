import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Refusal } from '../bridge/base/refusal.ts'
import { canonical } from '../bridge/policy/canonical.ts'
import { understand } from '../bridge/policy/spelling.ts'
import type { Context } from '../context.ts'
import { dirName, fromHere, joinPath, toHere } from '../core/paths.ts'
import { workingFolder } from '../effects/machine/delegate.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { ownRoot } from '../effects/packages/own-program.ts'
import type { Environment } from '../model/environment.ts'
import { type NativePath, reachable } from '../model/path.ts'
import type { System } from '../model/system.ts'
import { visible } from '../ui/escape.ts'
import { tilde } from '../ui/labels.ts'

/** The git repository around a folder; null where there is none below the user's home folder. */
export async function repositoryAround({ files }: Pick<System, 'files'>, side: Environment, start: NativePath): Promise<NativePath | null> {
  let folder = start
  for (let parent = dirName(side, folder); folder !== side.home; [folder, parent] = [parent, dirName(side, parent)]) {
    const git = toHere(side, joinPath(side, folder, '.git'))
    if (git !== null && (await files.look(git)) !== null) return folder
    if (parent === folder) return null
  }
  return null
}

const none = 'none'

/**
 * Asks for one folder that both programs may work in, and offers the repository in which the command was typed. Returns its real
 * path; null where none is wanted. Asks again until there is such a folder.
 */
export async function askFolder({ prompt, io, system }: Context, { home, world }: Situation): Promise<string | null> {
  const side = home.environment
  const sides = { self: side, others: world.environments.filter(({ id }) => id !== side.id) }
  const base = workingFolder(system, side)
  const start = fromHere(side, base)
  const around = start === null ? null : await repositoryAround(system, side, start)
  // Where `npx mcp-twin init` is typed in the checkout, nobody means that one.
  const root = ownRoot()
  const checkout = root === null ? null : fromHere(side, reachable(root))
  const offered = around === null || around === checkout ? none : tilde(around, side.home)
  for (;;) {
    const answer = (await prompt.text('Which project folder may both work in?', { flag: '--yes', default: offered })).trim()
    if (answer === '' || answer === none) return null
    try {
      const { real, missing } = await canonical(understand(answer, sides, base))
      const folder = join(real, ...missing)
      if (folder === dirname(folder)) io.note(`${visible(folder)} is a whole disk; name a folder on it, or ${none}.`)
      else if ((await stat(folder).catch(() => null))?.isDirectory() === true) return folder
      else io.note(`There is no folder ${visible(folder)}; name one that exists, or ${none}.`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      io.note(error.message)
    }
  }
}
