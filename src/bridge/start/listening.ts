import type { McpServerFactory } from '@modelcontextprotocol/server'
import { openSessions } from '../../effects/store/sessions.ts'
import { TwinError } from '../../errors.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Bridge } from '../contract/bridge.ts'
import { codeOf } from '../base/refusal.ts'
import { HttpCarrier } from '../transports/http.ts'
import type { HttpLimits } from '../transports/http-plan.ts'
import { bearer, protocols } from '../transports/carrier.ts'

/** Refused requests are audited, but not so many that they push everything else out of the audit. */
const refusalsPerMinute = 60

/** The listener of a bridge, with its tokens, its audit and what it says of itself. */
export async function carryHttp(
  system: System,
  listen: { port: number; address: string },
  bridge: Bridge,
  factory: McpServerFactory,
  limits: Partial<HttpLimits> = {},
): Promise<HttpCarrier> {
  const { settings, audit, log } = bridge
  const store = openSessions(system, reachable(settings.folder), settings.self.id)
  const line = (event: 'session' | 'denied', client: string, outcome: string) =>
    audit.write({ event, client, tool: '', subject: 'http', outcome })
  const seen = new Map<string, number>()
  let minute = 0
  let refusals = 0
  try {
    const carrier = await HttpCarrier.open({
      factory,
      limits,
      ...listen,
      identity: { name: 'mcp-twin', version: settings.version, protocols },
      verify: async (token) => (await store.verify(token))?.id ?? null,
      isValid: (session) => store.isValid(session),
      now: () => bridge.now(),
      onRefused(why) {
        const now = Math.floor(bridge.now() / 60_000)
        if (now !== minute) [minute, refusals] = [now, 0]
        if (++refusals <= refusalsPerMinute) line('denied', '', why)
      },
      onUsed(session) {
        const now = bridge.now()
        if (now - (seen.get(session) ?? Number.NEGATIVE_INFINITY) < 60_000) return
        seen.set(session, now)
        line('session', bearer(session), 'used')
      },
      onEnded(session) {
        seen.delete(session)
        line('session', bearer(session), 'ended')
        if (settings.terminal !== 'off') endCommands(bridge, bearer(session))
      },
      onError: (error) => log.write('mcp-server', 'warning', `http: ${error.message}`),
    })
    log.write('mcp-server', 'info', `listening on ${listen.address}:${carrier.port}`)
    return carrier
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    const why = code === 'EADDRINUSE' ? 'another program uses it' : `the system answered ${code}`
    throw new TwinError('no-port', `Port ${listen.port} on ${listen.address} cannot be used: ${why}.`, {
      hint: 'use another: mcp-twin serve --http PORT',
      cause: error,
    })
  }
}

/** Ends the commands of a client whose session has ended: nobody else could. */
function endCommands({ terminal, log }: Bridge, client: string): void {
  terminal()
    .then((opened) => opened.endClient(client))
    .catch((error: unknown) => {
      log.write(
        'mcp-server',
        'error',
        `the commands of ${client} could not be ended: ${error instanceof Error ? error.message : String(error)}`,
      )
    })
}
