import { setTimeout as sleep } from 'node:timers/promises'

/** Waits, but not beyond the end of the command: Ctrl-C is answered at once. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error
  }
}
