import { openSessions } from '../../effects/store/sessions.ts'
import { TwinError } from '../../errors.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Bridge } from '../contract/bridge.ts'
import { codeOf } from '../base/refusal.ts'
import type { ListenerPlan } from '../transports/listener-plan.ts'
import { bearer } from '../transports/carrier.ts'

/** Refused requests are audited, but not so many that they push everything else out of the audit. */
const refusalsPerMinute = 60

/** Where a listener is to be opened. Port 0: any free one. */
export interface ListenAddress {
  readonly port: number
  readonly address: string
}

/** How a listener of a bridge checks tokens, and what it records. `name`: its protocol. */
export function admission(system: System, bridge: Bridge, name: 'http' | 'websocket'): Omit<ListenerPlan, keyof ListenAddress | 'limits'> {
  const { settings, audit, log } = bridge
  const store = openSessions(system, reachable(settings.folder), settings.self.id)
  const line = (event: 'session' | 'denied', client: string, outcome: string) =>
    audit.write({ event, client, tool: '', subject: name, outcome })
  const seen = new Map<string, number>()
  let minute = 0
  let refusals = 0
  return {
    verify: async (token) => (await store.verify(token))?.id ?? null,
    isValid: (session) => store.isValid(session),
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
      void releaseActions(bridge, session)
    },
    onCut: (session, why) => log.write('mcp-server', 'info', `${name}: a connection of ${bearer(session)} was closed: ${why}`),
    onError: (error) => log.write('mcp-server', 'warning', `${name}: ${error.message}`),
  }
}

/** Opens a listener. Throws a TwinError that says why its port cannot be used. `flag`: the option that names the port. */
export async function atPort<T extends { readonly port: number }>(
  { log }: Bridge,
  { port, address }: ListenAddress,
  flag: string,
  open: () => Promise<T>,
): Promise<T> {
  try {
    const carrier = await open()
    log.write('mcp-server', 'info', `listening on ${address}:${carrier.port} (${flag})`)
    return carrier
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    const why = code === 'EADDRINUSE' ? 'another program uses it' : `the system answered ${code}`
    throw new TwinError('no-port', `Port ${port} on ${address} cannot be used: ${why}.`, {
      hint: `use another: mcp-twin serve ${flag} PORT`,
      cause: error,
    })
  }
}

/** Makes the actions that a session claimed pending again: its process may live on, but it cannot complete them. */
async function releaseActions(bridge: Bridge, session: string): Promise<void> {
  try {
    const [store, { releaseAll }] = await Promise.all([bridge.store(), import('../actions/claims.ts')])
    await store.write({ client: bearer(session), session }, (transaction) => releaseAll(transaction, session))
  } catch (error) {
    bridge.log.write(
      'bridge',
      'warning',
      `actions of ${bearer(session)} stay claimed: ${error instanceof Error ? error.message : String(error)}`,
    )
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
