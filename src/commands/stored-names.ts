import { Refusal } from '../bridge/base/refusal.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { recipient } from '../bridge/handoff/recipient.ts'
import { sharedNamespace } from '../bridge/memory/namespace.ts'
import { knownIds, knownKeys, knownNamespaces, type StoredKind } from '../bridge/store/known.ts'
import { type TwinError, usageError } from '../errors.ts'
import { nearHint, unknownName } from './unknown.ts'

const lists: Readonly<Record<StoredKind, string>> = {
  handoff: 'mcp-twin handoff list',
  action: 'mcp-twin actions list',
  question: 'mcp-twin inbox',
}

const ways: Readonly<Record<StoredKind, (id: string) => string>> = {
  handoff: (id) => `mcp-twin handoff show ${id}`,
  action: (id) => `mcp-twin actions show ${id}`,
  question: (id) => `mcp-twin handoff answer ${id} TEXT`,
}

/** Throws with the nearest id where the store has no handoff, or action, of this id. */
export async function demandStored(bridge: Bridge, kind: StoredKind, id: string): Promise<void> {
  const ids = await (await bridge.store()).read((database) => knownIds(database, kind, id))
  if (ids.includes(id)) return
  const other = (Object.keys(lists) as StoredKind[]).find((each) => each !== kind && id.startsWith(`${each.charAt(0)}-`))
  if (other !== undefined && (await (await bridge.store()).read((database) => knownIds(database, other, id))).includes(id))
    throw usageError(`${id} is ${other === 'action' ? 'an' : 'a'} ${other}, not ${kind === 'action' ? 'an' : 'a'} ${kind}.`, {
      hint: ways[other](id),
    })
  const message = `There is no ${kind} ${JSON.stringify(id)}.`
  throw usageError(message, { hint: nearHint(id, ids, lists[kind]) })
}

/** The client that `to` names; null: any. Throws with those there are, and the nearest, where no program is called so. */
export async function demandRecipient(bridge: Bridge, to: string, find = recipient): Promise<string | null> {
  const known = {
    here: [],
    takingPart: await bridge.settings.takingPart?.(),
    now: bridge.now(),
  }
  return find(await bridge.store(), to, known).catch((error: unknown) => {
    throw error instanceof Refusal && error.kind === 'failed' ? usageError(error.message) : error
  })
}

/** Throws with the nearest namespace where nothing was ever remembered in this one. */
export async function demandNamespace(bridge: Bridge, namespace: string): Promise<void> {
  const known = await (await bridge.store()).read(knownNamespaces)
  // Those that the next entry may go to are no slip, even while they are empty.
  const own = [sharedNamespace, bridge.settings.namespace, await bridge.namespace()].filter((each) => typeof each === 'string')
  if (![...known, ...own].includes(namespace)) throw unknownName('namespace', namespace, [...known, ...own], 'mcp-twin memory list')
}

/** The error for a key that is not remembered. `said`: what the tool says of it. */
export async function unknownKey(bridge: Bridge, key: string, namespace: unknown, said: string): Promise<TwinError> {
  const where = typeof namespace === 'string' ? namespace : undefined
  const keys = await (await bridge.store()).read((database) => knownKeys(database, where))
  return usageError(said, {
    hint: nearHint(
      key,
      keys.filter((each) => each !== key),
      'mcp-twin memory list',
    ),
  })
}
