import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { OwnLaunch } from './child.ts'
import { isObject } from './message.ts'
import { MODERN } from './own-answers.ts'
import { startPiped } from './piped.ts'
import { resolveProgram } from './program-path.ts'

/** How long a server may think about a request of an era that it may not know, in ms; one that knows it answers at once. */
const DISCOVER_MS = 5000
const DISCOVERY = 'mcp-twin:discover'

/**
 * The capabilities of a server that speaks 2026-07-28; null: it does not. It is asked in the words of the client's own
 * request, and in a process of its own: servers of the era before may end at a request that comes before `initialize`.
 */
export async function discover(launch: OwnLaunch, { params }: JsonObject, signal: AbortSignal): Promise<JsonObject | null> {
  const program = resolveProgram(launch.command, launch.args, launch.env)
  if (program === null) return null
  const probe = startPiped({ ...program, env: launch.env, cwd: process.cwd() })
  let timer: NodeJS.Timeout | undefined
  try {
    const result = await new Promise<JsonValue>((resolve) => {
      const nothing = () => resolve(null)
      timer = setTimeout(nothing, DISCOVER_MS)
      signal.addEventListener('abort', nothing, { once: true })
      probe.onEnd(nothing)
      probe.onMessage((message) => {
        if (message.id === DISCOVERY) resolve(message.result ?? null)
      })
      const meta = isObject(params) ? (params._meta ?? {}) : {}
      probe.send({ jsonrpc: '2.0', id: DISCOVERY, method: 'server/discover', params: { _meta: meta } })
    })
    if (!isObject(result) || !Array.isArray(result.supportedVersions) || !result.supportedVersions.includes(MODERN)) return null
    return isObject(result.capabilities) ? result.capabilities : {}
  } finally {
    clearTimeout(timer)
    await probe.stop()
  }
}
