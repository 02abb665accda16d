import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import type { BridgeRules } from '../../core/doctor/facts.ts'
import type { CheckResult } from '../../model/check.ts'

/** What memory, handoffs and questions are kept in must hold together. */
export const storeIntegrity = defineBridgeCheck({
  id: 'store-integrity',
  title: 'the store of memory and handoffs is whole',
  run: ({ rules: { store, waiting } }) => [...ofStore(store), ...ofWaiting(waiting)],
})

function ofWaiting(trouble: string | null): CheckResult[] {
  if (trouble === null) return []
  const message = 'what waits for programs cannot be counted, so no conversation begins with that count'
  return [{ level: 'warning', subject: 'waiting.json', message, detail: [trouble], fix: 'mcp-twin inbox' }]
}

function ofStore(store: BridgeRules['store']): CheckResult[] {
  if (store === null) return []
  const subject = 'store'
  const detail = store.file === null ? [] : [store.file]
  if (store.trouble !== null) {
    const fix = store.isDamaged
      ? 'search the memory from a client, such as "search the memory for notes": a bridge that meets the damage saves what can be read, keeps the damaged file, and bridge_status counts what is lost'
      : 'do what the message says, then restart the programs that use the bridge'
    return [{ level: 'error', subject, message: store.trouble, detail, fix }]
  }
  const fix = 'ask the programs to store again what they still know of it; nothing else is to be done'
  return [
    ...(store.missing === null ? [] : [{ level: 'warning', subject, message: store.missing, detail, fix } as const]),
    ...(store.salvaged === null ? [] : [{ level: 'info', subject, message: store.salvaged, detail } as const]),
  ]
}
