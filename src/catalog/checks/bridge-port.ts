import { defineBridgeCheck, onRequest } from '../../core/doctor/bridge.ts'
import type { CheckResult } from '../../model/check.ts'

/** The port of `serve --http`: held by another program it cannot be had, and a client may be talking to the wrong one. */
export const bridgePort = defineBridgeCheck({
  id: 'bridge-port',
  title: 'no other program uses the port of the bridge',
  run: ({ ports }) => {
    if (ports === null) return onRequest('who uses the port of the bridge')
    return ports.map(({ port, wanted, by, version }): CheckResult => {
      const subject = `port ${port}`
      if (by === 'nobody') return { level: 'ok', subject, message: 'it is free' }
      if (by === 'bridge') return { level: 'ok', subject, message: `a bridge listens on it, version ${version ?? ''}` }
      const message = 'another program uses it, so a bridge cannot listen there'
      const fix = 'use another port for the bridge: mcp-twin serve --http PORT'
      return { level: wanted ? 'warning' : 'info', subject, message, fix }
    })
  },
})
