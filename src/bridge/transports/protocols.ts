import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'

/** The revisions of the protocol that are spoken: the present one, and those with a handshake. */
export const protocols: readonly string[] = ['2026-07-28', ...SUPPORTED_PROTOCOL_VERSIONS]
