import { builtinServer } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import { joinPath, toHere } from '../core/paths.ts'
import type { Ground } from './at-home.ts'

/** Makes the folders, in home's home, without which servers of the built-in list do not start. They are the user's from then on. */
export async function makeFolders(context: Context, ground: Ground, names: Iterable<string>): Promise<void> {
  const { environment } = ground.home
  for (const name of names) {
    for (const folder of (await builtinServer(name))?.folders ?? []) {
      const here = toHere(environment, joinPath(environment, environment.home, ...folder.replace(/^~\//, '').split('/')))
      if (here !== null && (await context.system.files.look(here, 'follow')) === null) await context.system.files.makeDirectory(here)
    }
  }
}
