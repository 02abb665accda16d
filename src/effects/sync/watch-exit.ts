import { clientById } from '../../catalog/clients/index.ts'
import { EXIT, TwinError } from '../../errors.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { World } from '../../model/environment.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import { programRuns } from './watch-programs.ts'

/** How often the list of programs is asked for; across the border that starts a program. */
const LOOK_MS = 1000

/** A program that runs on a side and writes its config back from memory. */
export interface Writer {
  readonly client: ClientDefinition
  readonly side: string
}

async function running(system: System, world: World, writers: readonly Writer[], signal: AbortSignal): Promise<Writer[]> {
  const found: Writer[] = []
  for (const each of writers) if ((await programRuns(system, world, each.side, each.client, signal)) === true) found.push(each)
  return found
}

/** Running programs whose files a plan would write, and that may overwrite them. */
export async function writersInTheWay(system: System, world: World, steps: readonly Step[], signal: AbortSignal): Promise<Writer[]> {
  const found = new Map<string, Writer>()
  for (const { client: id, outcome, change, environment } of steps) {
    const client = id === null ? null : clientById(id)
    if (client?.writesBack === true && outcome === 'planned' && ['add', 'update', 'remove'].includes(change))
      found.set(`${client.id} ${environment}`, { client, side: environment })
  }
  return running(system, world, [...found.values()], signal)
}

/** Waits until all these programs have quit. Throws when the person gives up before. */
export async function untilQuit(system: System, world: World, writers: readonly Writer[], signal: AbortSignal): Promise<void> {
  for (let left = writers; left.length > 0; ) {
    if (signal.aborted) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
    left = await running(system, world, left, signal)
    if (left.length > 0) await pause(LOOK_MS, signal)
  }
}
