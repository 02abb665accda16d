import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import { programRuns, runningWriters, untilQuit } from '../effects/sync/running-clients.ts'
import { previewSync, type Source } from '../effects/sync/sync.ts'
import type { World } from '../model/environment.ts'
import type { HomeContext } from './at-home.ts'

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

/**
 * Some programs write their file back from memory: where one runs and its file is to be written, waits until it has quit if
 * that was asked for, and on a terminal asks. Never under a lock.
 */
export async function awaitDesktop(
  context: Context,
  homeContext: HomeContext,
  source: Source,
  settings: SyncOptions,
  wait: boolean,
): Promise<void> {
  const { system, io, prompt, signal } = context
  if (!wait && !prompt.able) return
  const opened = await source.open()
  const { steps } = await previewSync(system, (await source.edit?.(opened))?.situation ?? opened, settings)
  const writers = await runningWriters(system, homeContext.world, steps, signal)
  const [first] = writers
  if (first === undefined) return
  const names = [...new Set(writers.map(({ client }) => client.label))].join(' and ')
  const question = `${names} is running and may overwrite its config file. Wait until you have quit it?`
  if (!wait && !(await prompt.confirm(question, { flag: '--wait-for-exit', default: true }))) return
  const { quit } = first.client
  io.note(`Waiting for ${names} to quit${quit === undefined ? '' : `: ${quit}`}. Ctrl-C cancels without changes.`)
  await untilQuit(system, homeContext.world, writers, signal)
  io.note('It has quit.')
}
