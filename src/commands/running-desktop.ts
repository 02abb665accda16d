import { clientById } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import { programRuns } from '../effects/sync/watch-programs.ts'
import type { World } from '../model/environment.ts'

/** The world with Claude Desktop seen running where its file has just been written: its owner is told that it may write its own copy back. */
export async function withRunningDesktop({ system, signal }: Context, world: World, result: SyncResult): Promise<World> {
  const client = clientById('claude-desktop')
  const written = new Set(
    result.steps.filter(({ client: id, outcome }) => id === client?.id && outcome === 'done').map(({ environment }) => environment),
  )
  if (client === null || !result.restart.includes(client.id)) return world
  const environments = []
  for (const side of world.environments) {
    const runs = written.has(side.id) && side.running.length === 0 && (await programRuns(system, world, side.id, client, signal)) === true
    environments.push(runs ? { ...side, running: [...(client.processes ?? [])] } : side)
  }
  return { ...world, environments }
}
