import type { ClientDefinition } from '../model/client.ts'
import type { Environment } from '../model/environment.ts'
import type { NativePath } from '../model/path.ts'

/** A project's file of a client is its project's business. Cursor's own in home is called like one. */
export const isProjectFile = (client: ClientDefinition, environment: Environment, file: NativePath): boolean =>
  client.projectFile !== undefined && file !== client.file(environment) && file.replaceAll('\\', '/').endsWith(`/${client.projectFile}`)
