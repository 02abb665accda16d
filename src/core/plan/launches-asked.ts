import type { ClientDefinition } from '../../model/client.ts'
import { native } from '../../model/path.ts'
import { isProjectFile } from '../project-file.ts'
import type { PlanInput } from './input.ts'

/**
 * Does a file that this run does not look at hold an entry of ours for this server? A project's file starts what its
 * own manifest says, so it counts for nothing here.
 */
export function isAskedElsewhere({ state, world, files }: PlanInput, clients: readonly ClientDefinition[], server: string): boolean {
  return world.environments.some((environment) =>
    Object.entries(state.files[environment.id] ?? {}).some(([id, records]) => {
      const client = clients.find((each) => each.id === id)
      return Object.entries(records).some(
        ([file, { entries }]) =>
          Object.values(entries).some((record) => record.server === server && record.gone !== true) &&
          !files.some((seen) => seen.environment.id === environment.id && seen.client.id === id && seen.file === file) &&
          !(client !== undefined && isProjectFile(client, environment, native(file))),
      )
    }),
  )
}
