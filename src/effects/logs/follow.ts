import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import type { Log } from './find.ts'
import { Tail } from './tail.ts'

/** Files on the other side tell nobody that they grew (microsoft/WSL#4739), so that all are asked. */
const LOOK_MS = 300
/** New sessions begin new files. */
const SEARCH_MS = 3000

/** Tells every new line of these logs, and of those that appear later, until `signal`. `tails` are read on from where they are. */
export async function followLogs(
  system: System,
  tails: Map<string, { readonly log: Log; readonly tail: Tail }>,
  search: () => Promise<readonly Log[]>,
  told: (log: Log, line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let searched = system.now()
  while (!signal.aborted) {
    await pause(LOOK_MS, signal)
    if (system.now() - searched > SEARCH_MS) {
      for (const log of await search()) if (!tails.has(log.here)) tails.set(log.here, { log, tail: new Tail(log.here) })
      searched = system.now()
    }
    for (const { log, tail } of tails.values()) for (const line of await tail.more()) told(log, line)
  }
}
