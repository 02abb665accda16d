import type { Call } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ForeignProvider, ForeignResult, ForeignTool } from '../foreign/tool.ts'

/** The name of the work that the holder of the lease does for all bridges. */
export const sharedWork = 'shared/call'

/** Has the holder of the lease do some work; rejects with an Error named `Lost` where it ended in the middle of it. */
type Ask = (method: string, params: unknown, asking: Pick<Call, 'signal' | 'progress'>) => Promise<unknown>

/** The tools of shared servers, whose calls the holder of the lease carries out, in whichever bridge it is. */
export const sharedServers = (ask: Ask): ForeignProvider => ({
  family: 'shared',
  list: ({ shared }) =>
    Object.entries(shared).flatMap(([source, { tools }]) =>
      tools.map(
        (tool): ForeignTool => ({ ...tool, name: tool.as ?? `${source}__${tool.name}`, family: 'shared', source, tool: tool.name }),
      ),
    ),
  async call({ source: server, tool }, args, { client, session, signal, progress }) {
    const late = AbortSignal.timeout(limits.sharedAnswerMs)
    const over = AbortSignal.any([signal, late])
    const asked = ask(sharedWork, { server, tool, args, client, session }, { signal: over, progress })
    try {
      // The holder that made it has cleaned it, and whoever called checks it again.
      return (await Promise.race([asked, aborted(over)])) as ForeignResult
    } catch (error) {
      if (error instanceof Error && error.name === 'Lost')
        throw failed(`The bridge that runs ${server} ended before it answered; the call may have been carried out and was not repeated.`)
      if (late.aborted && !signal.aborted)
        throw failed(`${server} did not answer within ${limits.sharedAnswerMs / 1000} s; the call may have been carried out.`)
      throw error
    }
  },
})

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
