import type { ToolsFile } from '../../core/foreign/tools-file.ts'
import type { Call } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import { timeLimit } from '../base/time-limit.ts'
import type { ForeignProvider, ForeignResult, ForeignTool } from '../foreign/tool.ts'

/** The method of the request by which a bridge has the holder of the lease call a shared server. */
export const sharedWork = 'shared/call'

/** Sends a request to the holder of the lease; rejects with an Error named `Lost` if that ended before it answered. */
type Ask = (method: string, params: unknown, asking: Pick<Call, 'signal' | 'progress'>) => Promise<unknown>

/** The tools of shared servers, as clients call them. */
export const sharedTools = ({ shared }: Pick<ToolsFile, 'shared'>): readonly ForeignTool[] =>
  Object.entries(shared).flatMap(([source, { tools }]) =>
    tools.map((tool): ForeignTool => ({ ...tool, name: tool.as ?? `${source}__${tool.name}`, family: 'shared', source, tool: tool.name })),
  )

/** The tools of shared servers. The bridge that holds the lease carries out their calls. */
export const sharedServers = (ask: Ask): ForeignProvider => ({
  family: 'shared',
  list: sharedTools,
  async call({ source: server, tool }, args, { client, session, signal, progress }) {
    const late = timeLimit(limits.sharedAnswerMs)
    const over = AbortSignal.any([signal, late])
    const asked = ask(sharedWork, { server, tool, args, client, session }, { signal: over, progress })
    try {
      // The holder has checked it and removed keys, and `callForeign` does so again.
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
