import { inLine } from '../base/text.ts'
import type { Answer, PlainCall } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { localTime } from '../../core/local-time.ts'
import type { ServerState } from '../machines/server.ts'
import type { Bridge } from './bridge.ts'

/** Which sessions were told of which absence of the store server, by bridge. */
const told = new WeakMap<Bridge, Set<string>>()

/** How long the server is not reached whose copy the store is, without asking it. Null: it is reached, or the store is no copy. */
export async function absence(bridge: Bridge, signal: AbortSignal): Promise<ServerState | null> {
  const state = await bridge.knownServer(signal)
  return state === null || state.reached || state.why === null ? null : state
}

/** An answer out of the copy says as of when it is, and once a session why. */
export function withAbsence(answer: Answer, away: ServerState | null, isRead: boolean, bridge: Bridge, call: PlainCall): Answer {
  const { content, data } = answer
  const last = content.at(-1)
  if (away === null || last?.type !== 'text') return answer
  const lines = [
    ...(isRead ? [`[as of ${localTime(away.since)}]`] : []),
    ...(isNew(bridge, call, away) ? [`The store server is not reached since ${localTime(away.since)} (${inLine(away.why ?? '')}).`] : []),
  ]
  if (lines.length === 0) return answer
  const text = [last.text, ...lines].join('\n')
  return {
    ...answer,
    content: [...content.slice(0, -1), { type: 'text', text }],
    ...(data !== undefined && isRead && { data: { ...data, as_of: new Date(away.since).toISOString() } }),
  }
}

function isNew(bridge: Bridge, { client, session }: PlainCall, { since }: ServerState): boolean {
  const known = told.get(bridge) ?? new Set<string>()
  const name = JSON.stringify([client, session, since])
  const isFirst = !known.has(name)
  if (known.size >= limits.absencesTold) known.clear()
  told.set(bridge, known.add(name))
  return isFirst
}
