import type { ClientFile, ModeFacts } from '../../core/doctor/facts.ts'
import { layout } from '../../core/layout.ts'
import { isWindows, toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { hasModes } from '../machine/modes.ts'

interface Place {
  readonly environment: Environment
  readonly path: NativePath
  readonly what: ModeFacts['what']
}

/** Everything that holds keys: our own files on each side, and the client files with a key of ours in them. */
function placesOf(input: PlanInput, files: readonly ClientFile[]): Place[] {
  const own = input.world.environments.flatMap((environment): Place[] => {
    const folder = input.render.folders(environment.id)
    if (folder === null) return []
    const { secrets, launches, backups } = layout(environment, folder)
    return [
      { environment, path: folder, what: 'folder' },
      { environment, path: backups, what: 'folder' },
      { environment, path: secrets, what: 'keys' },
      { environment, path: launches, what: 'keys' },
    ]
  })
  const clients = files
    .filter(({ entries }) => entries.some(({ keys }) => keys.length > 0))
    .map(({ environment, file }): Place => ({ environment, path: file, what: 'client' }))
  return [...own, ...clients]
}

/** Those of them that others than their owner may open. Windows' drives have no modes, wherever they are seen from. */
export async function observeModes(system: System, input: PlanInput, files: readonly ClientFile[]): Promise<ModeFacts[]> {
  if (system.platform === 'win32') return []
  const looks = placesOf(input, files).map(async ({ environment, path, what }): Promise<ModeFacts[]> => {
    const here = isWindows(environment) ? null : toHere(environment, path)
    const facts = here === null ? null : await system.files.look(here, 'follow')
    if (here === null || facts === null || (facts.mode & 0o077) === 0 || !(await hasModes(system, here))) return []
    return [{ environment, shown: path, here, mode: facts.mode, wanted: what === 'folder' ? 0o700 : 0o600, what }]
  })
  return (await Promise.all(looks)).flat()
}
