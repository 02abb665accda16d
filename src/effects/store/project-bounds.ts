import { projectRootOf } from '../../core/project-file.ts'
import { toHere } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { RewriteTarget } from './decision.ts'

/** A file that was written earlier, as our records and backups describe it. */
export interface RecordedFile {
  readonly environment: Environment
  /** Null: a manifest, a lock, or our own records. */
  readonly client: ClientDefinition | null
  readonly file: string
  /** The real path of the project's root then; absent for a user's file, and in older records. */
  readonly project?: string | undefined
}

/** The root that a project's file must not lie outside of, and how its links are treated; `within` is null for a user's file. */
export async function projectBounds(system: System, recorded: RecordedFile): Promise<Pick<RewriteTarget, 'within' | 'links'>> {
  const within = await rootOf(system, recorded)
  if (within === null) return { within, links: 'follow' }
  return { within, links: recorded.client?.project?.refusesLink === true ? 'refuse' : 'follow' }
}

async function rootOf(system: System, { environment, client, file, project }: RecordedFile): Promise<ReachablePath | null> {
  if (project !== undefined) return reachable(project)
  const root = client === null ? null : projectRootOf(client, environment, native(file))
  const here = root === null ? null : toHere(environment, root)
  return here === null ? null : ((await system.files.realPath(here)) ?? here)
}
