import { clientById } from '../../catalog/clients/index.ts'
import { EXIT, TwinError } from '../../errors.ts'
import type { World } from '../../model/environment.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import { programRuns } from './watch-programs.ts'

/** How often the list of programs is asked for; across the border that starts a program. */
const LOOK_MS = 1000

const DESKTOP = 'claude-desktop'

/** Sides on which a plan would write Claude Desktop's file while it runs there, and so may be overwritten by it. */
export async function desktopInTheWay(system: System, world: World, steps: readonly Step[], signal: AbortSignal): Promise<string[]> {
  const client = clientById(DESKTOP)
  const sides = new Set(
    steps
      .filter((step) => step.client === DESKTOP && step.outcome === 'planned' && ['add', 'update', 'remove'].includes(step.change))
      .map(({ environment }) => environment),
  )
  const found: string[] = []
  for (const side of sides) if (client !== null && (await programRuns(system, world, side, client, signal)) === true) found.push(side)
  return found
}

/** Waits until Claude Desktop has quit on all these sides. Throws when the person gives up before. */
export async function untilDesktopQuit(system: System, world: World, sides: readonly string[], signal: AbortSignal): Promise<void> {
  const client = clientById(DESKTOP)
  let left = [...sides]
  while (left.length > 0) {
    if (signal.aborted) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
    const still: string[] = []
    for (const side of left) if (client !== null && (await programRuns(system, world, side, client, signal)) === true) still.push(side)
    left = still
    if (left.length > 0) await pause(LOOK_MS, signal)
  }
}
