import { clients } from '../../catalog/clients/index.ts'
import { startHook } from '../../core/hooks/start-hook.ts'
import { toHere } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject } from '../../model/entry.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { HomePlace } from '../machine/home.ts'

/** The name of the hook in reports and backups. */
export const hookName = 'SessionStart hook'

/** The settings file at home that our hook goes into, and the hook. */
export interface HookPlace {
  readonly client: ClientDefinition
  readonly file: NativePath
  readonly here: ReachablePath
  readonly hook: JsonObject
}

/** Where the hook goes: always at home, whose small file it reads. Null where home has no node, or no program with hooks. */
export function hookPlace({ environment, folder }: HomePlace): HookPlace | null {
  const client = clients.find(({ hookFile, environments }) => hookFile !== undefined && environments.includes(environment.kind))
  const file = client?.hookFile?.(environment)
  const here = file === undefined ? null : toHere(environment, file)
  if (client === undefined || file === undefined || here === null) return null
  const hook = startHook(environment, folder, client.id)
  return hook === null ? null : { client, file, here, hook }
}
