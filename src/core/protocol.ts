import type { JsonObject } from '../model/entry.ts'

/** The newest revision of MCP with a handshake. */
export const LEGACY_NEWEST = '2025-11-25'
/** The revision without one: every request says its version and its sender itself, in `_meta` (basic/index). */
export const MODERN = '2026-07-28'

/** What `_meta` of 2026-07-28 holds for the protocol itself, and not for the server (basic/index). */
export const RESERVED = 'io.modelcontextprotocol/'
export const VERSION_KEY = `${RESERVED}protocolVersion`
export const CLIENT_KEY = `${RESERVED}clientInfo`
export const SERVER_KEY = `${RESERVED}serverInfo`

/** The `_meta` of a request of 2026-07-28 by a client that offers nothing to the server. */
export const envelopeOf = (client: JsonObject): JsonObject => ({
  [VERSION_KEY]: MODERN,
  [CLIENT_KEY]: client,
  [`${RESERVED}clientCapabilities`]: {},
})
