import { clients } from '../../catalog/clients/index.ts'
import { dirName, joinPath } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { Extensions } from '../../model/extension.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { sideFiles } from '../machine/side-files.ts'
import type { TargetContext } from '../manifest/target.ts'
import { clientFile } from '../manifest/targets.ts'

export type LookContext = TargetContext & { readonly sides: readonly Environment[] }

/** Where a program keeps its extensions: names in a folder of one side. */
interface ExtensionPlace {
  readonly environment: Environment
  readonly base: NativePath
  readonly names: NonNullable<ClientDefinition['extensions']>
  readonly trouble: Extensions['trouble']
}

/** Every such place of these sides. */
export async function extensionPlaces(system: System, context: LookContext, desktopConfig: string | undefined): Promise<ExtensionPlace[]> {
  const found: ExtensionPlace[] = []
  for (const client of clients)
    for (const environment of context.sides) {
      if (client.extensions === undefined || !client.environments.includes(environment.kind)) continue
      const { file, here, refusal } = await clientFile(system, environment, client, context, desktopConfig)
      const trouble = refusal ?? (here === null ? unreached(client, environment) : null)
      found.push({ environment, base: dirName(environment, file), names: client.extensions, trouble })
    }
  return found
}

const unreached = ({ label }: ClientDefinition, { id, trouble }: Environment): NonNullable<Extensions['trouble']> =>
  trouble ?? { reason: `the files of ${label} on ${id} cannot be reached from here`, hint: `on ${id}: mcp-twin sync` }

/** Whether there may be an extension on these sides: only then is what reads them worth loading. */
export async function mayHaveExtensions(system: System, context: LookContext): Promise<boolean> {
  for (const { environment, base, names, trouble } of await extensionPlaces(system, context, undefined)) {
    const folder = joinPath(environment, base, names.folder)
    if (trouble === null && (await sideFiles(system, environment).look(folder, 'follow')) !== null) return true
  }
  return false
}
