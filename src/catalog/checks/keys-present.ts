import { defineCheck } from '../../core/doctor/facts.ts'
import { list } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Every key that a server asks for can be had. */
export const keysPresent = defineCheck({
  id: 'keys-present',
  group: 'keys',
  title: 'every key that a server needs is stored',
  run: ({ keys }) => {
    // The content of an unreadable store is unknown.
    if (keys.trouble !== null) return [{ level: 'error', subject: 'key store', message: keys.trouble.message, fix: keys.trouble.fix }]
    return keys.missing.map(
      ({ name, servers, why }): CheckResult => ({
        level: 'error',
        subject: name,
        message: why ?? `${list(servers)} ${servers.length === 1 ? 'needs' : 'need'} it, and it is not stored`,
        fix: why === null ? `mcp-twin secret set ${name}` : 'make this program print the key, then: mcp-twin sync',
      }),
    )
  },
})
