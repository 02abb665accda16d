import type { Context } from '../context.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { previewSync, type Source } from '../effects/sync/sync.ts'
import { desktopInTheWay, untilDesktopQuit } from '../effects/sync/watch-exit.ts'
import type { Ground } from './at-home.ts'

/**
 * Claude Desktop writes its file back from memory: where it runs and its file is to be written, waits until it has quit if
 * that was asked for, and on a terminal asks. Never under a lock.
 */
export async function awaitDesktop(context: Context, ground: Ground, source: Source, settings: SyncOptions, wait: boolean): Promise<void> {
  const { system, io, prompt, signal } = context
  if (!wait && !prompt.able) return
  const opened = await source.open()
  const { steps } = await previewSync(system, (await source.edit?.(opened))?.situation ?? opened, settings)
  const sides = await desktopInTheWay(system, ground.world, steps, signal)
  if (sides.length === 0) return
  const question = 'Claude Desktop is running and may write its own copy of its file back. Wait until you have quit it?'
  if (!wait && !(await prompt.confirm(question, { flag: '--wait-for-exit', default: true }))) return
  io.note('Waiting for Claude Desktop to quit: from its tray or menu bar icon, closing the window is not enough. Ctrl-C changes nothing.')
  await untilDesktopQuit(system, ground.world, sides, signal)
  io.note('It has quit.')
}
