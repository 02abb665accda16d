import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { asksToShare, whyNotShared } from '../../core/plan/sharing.ts'
import type { CheckResult } from '../../model/check.ts'

/** Servers with "share" must be reachable through the bridge, and their tools known to it before a program asks. */
export const bridgeShared = defineBridgeCheck({
  id: 'bridge-shared',
  title: 'the tools of all shared servers are listed',
  run({ rules: { lists } }, { input }) {
    const ofServers = Object.entries(input.manifest.servers).flatMap(([name, server]): CheckResult[] => {
      if (!asksToShare(server)) return []
      const why = whyNotShared(input.render, server)
      if (why !== null) {
        const fix = `change that in the manifest, or remove "share" of ${name}; then: mcp-twin sync`
        return [{ level: 'warning', subject: name, message: `it is not shared, and has an entry in each program: ${why}`, fix }]
      }
      if (lists.servers.includes(name)) return []
      return [
        { level: 'warning', subject: name, message: 'the bridge has no list of its tools, so no program sees them', fix: 'mcp-twin sync' },
      ]
    })
    if (lists.trouble === null) return ofServers
    const message = 'it cannot be read, so no tools of shared servers and plugins are listed'
    return [{ level: 'warning', subject: 'tools.json', message, detail: [lists.trouble], fix: 'mcp-twin sync' }, ...ofServers]
  },
})
