import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import { programRuns } from '../effects/sync/running-clients.ts'
import type { World } from '../model/environment.ts'

/**
 * The world with the programs seen running that write their config back and whose file has just been written: their owner is
 * told that they may write their own copy back.
 */
export async function withRunningDesktop({ system, signal }: Context, world: World, result: SyncResult): Promise<World> {
  const writers = clients.filter(({ id, writesBack }) => writesBack === true && result.restart.includes(id))
  const environments = []
  for (const side of world.environments) {
    const running = [...side.running]
    for (const client of writers) {
      const isWritten = result.steps.some((step) => step.client === client.id && step.environment === side.id && step.outcome === 'done')
      const isAsked = isWritten && side.running.length === 0
      if (isAsked && (await programRuns(system, world, side.id, client, signal)) === true) running.push(...(client.processes ?? []))
    }
    environments.push({ ...side, running })
  }
  return { ...world, environments }
}
