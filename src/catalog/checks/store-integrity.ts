import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { type BridgeRules, type Check, defineCheck } from '../../core/doctor/facts.ts'
import type { CheckResult } from '../../model/check.ts'

const about = { id: 'store-integrity', title: 'the store of memory and handoffs is whole' }

const ofBridge = defineBridgeCheck({
  ...about,
  run: ({ rules: { store, waiting } }) => [...ofStore(store, bridgeSaves), ...ofWaiting(waiting)],
})

/** What memory, handoffs and questions are kept in must hold together, also where no bridge is on: commands use it too. */
export const storeIntegrity: Check = defineCheck({
  ...about,
  group: 'bridge',
  run: (facts) => (facts.bridge === null && facts.store != null ? ofStore(facts.store, commandSaves) : ofBridge.run(facts)),
})

const saves = 'saves what can be read, and keeps the damaged file'
const bridgeSaves = `search the memory from a client, such as "search the memory for notes": a bridge that meets the damage ${saves}, and bridge_status counts what is lost`
const commandSaves = `mcp-twin memory list ${saves}`

function ofWaiting(trouble: string | null): CheckResult[] {
  if (trouble === null) return []
  const message = 'what waits for programs cannot be counted, so no conversation begins with that count'
  return [{ level: 'warning', subject: 'waiting.json', message, detail: [trouble], fix: 'mcp-twin inbox' }]
}

function ofStore(store: BridgeRules['store'], saving: string): CheckResult[] {
  if (store === null) return []
  const subject = 'store'
  const detail = store.file === null ? [] : [store.file]
  if (store.trouble !== null) {
    const fix = store.isDamaged ? saving : 'do what the message says, then restart the programs that use the bridge'
    return [{ level: 'error', subject, message: store.trouble, detail, fix }]
  }
  const fix = 'ask the programs to store again what they still know of it; nothing else is to be done'
  return [
    ...(store.missing === null ? [] : [{ level: 'warning', subject, message: store.missing, detail, fix } as const]),
    ...(store.salvaged === null ? [] : [{ level: 'info', subject, message: store.salvaged, detail } as const]),
  ]
}
