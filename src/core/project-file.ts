import type { ClientDefinition } from '../model/client.ts'
import type { Environment } from '../model/environment.ts'
import { type NativePath, native } from '../model/path.ts'

/** The root of the project whose file this is; null: it is no project's. */
export function projectRootOf(client: ClientDefinition, environment: Environment, file: NativePath): NativePath | null {
  if (client.project === undefined || !isProjectFile(client, environment, file)) return null
  const root = file.slice(0, -client.project.path.length - 1)
  // A project may lie at the top of a drive.
  return native(/^([A-Za-z]:)?$/.test(root) ? file.slice(0, root.length + 1) : root)
}

/** A project's file of a client is its project's business. Cursor's own in home is called like one. */
export const isProjectFile = (client: ClientDefinition, environment: Environment, file: NativePath): boolean =>
  client.project !== undefined && file !== client.file(environment) && file.replaceAll('\\', '/').endsWith(`/${client.project.path}`)
