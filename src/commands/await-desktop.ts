import type { Context } from '../context.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { previewSync, type Source } from '../effects/sync/sync.ts'
import { untilQuit, runningWriters } from '../effects/sync/running-clients.ts'
import type { Ground } from './at-home.ts'

/**
 * Some programs write their file back from memory: where one runs and its file is to be written, waits until it has quit if
 * that was asked for, and on a terminal asks. Never under a lock.
 */
export async function awaitDesktop(context: Context, ground: Ground, source: Source, settings: SyncOptions, wait: boolean): Promise<void> {
  const { system, io, prompt, signal } = context
  if (!wait && !prompt.able) return
  const opened = await source.open()
  const { steps } = await previewSync(system, (await source.edit?.(opened))?.situation ?? opened, settings)
  const writers = await runningWriters(system, ground.world, steps, signal)
  const [first] = writers
  if (first === undefined) return
  const names = [...new Set(writers.map(({ client }) => client.label))].join(' and ')
  const question = `${names} is running and may overwrite its config file. Wait until you have quit it?`
  if (!wait && !(await prompt.confirm(question, { flag: '--wait-for-exit', default: true }))) return
  const { quit } = first.client
  io.note(`Waiting for ${names} to quit${quit === undefined ? '' : `: ${quit}`}. Ctrl-C cancels without changes.`)
  await untilQuit(system, ground.world, writers, signal)
  io.note('It has quit.')
}
