import { shownAddress } from './address.ts'
import type { JoinedServer } from './copy.ts'
import type { ServerState } from './server.ts'

/** The server of a copy as `mcp-twin store` and `bridge_status` show it. Without a state nothing is known of it. */
export const shownServer = (server: JoinedServer, state: ServerState | null) => ({
  address: shownAddress(server.url),
  person: state?.facts?.person ?? null,
  administrator: state?.facts?.administrator ?? null,
  machine: server.machine,
  schema: state?.facts?.schema ?? null,
  reached: state?.reached ?? false,
  since: state?.since ?? null,
  why: state?.why ?? null,
  live: state?.live ?? null,
})

/** What a person should know of how news arrives; it begins with a blank. */
export const liveWords = ({ live }: Pick<ServerState, 'live'>): string =>
  live === 'asked' ? ' It announces nothing, as behind a pooler in transaction mode, so it is asked every 2 seconds.' : ''
