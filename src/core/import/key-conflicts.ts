import { Secret } from '../../model/secret.ts'
import type { SecretNames } from '../keys/naming.ts'
import { keysOf } from '../manifest/names.ts'
import { environmentLabel } from '../participants.ts'
import type { ReadEntry } from './found.ts'

/** One name of a key under which clients hold different values. */
export interface KeyConflict {
  readonly name: string
  readonly values: readonly {
    /** The name under which this value is kept where all are kept. */
    readonly key: string
    readonly value: Secret<string>
    /** Whose it is, in words. */
    readonly holders: readonly string[]
  }[]
}

interface ConflictContext {
  readonly hasTwin: boolean
  /** A key that the store has already. */
  stored(name: string): Secret<string> | null
}

/** The names that came with several values, each value with the clients that hold it. */
export function keyConflicts(read: readonly ReadEntry[], names: SecretNames, { hasTwin, stored }: ConflictContext): KeyConflict[] {
  const servers = read.flatMap((each) => (each.kind === 'server' ? [each] : []))
  const holdersOf = (key: string, namesServer: boolean): string[] => [
    ...new Set(
      servers
        .filter(({ server }) => keysOf(server).includes(key))
        .map(({ found }) => {
          const client = hasTwin ? `${found.client.label} (${environmentLabel(found.environment)})` : found.client.label
          return namesServer ? `${found.name} of ${client}` : client
        }),
    ),
  ]
  return [...new Set(names.moved.map(({ wanted }) => wanted))].map((name) => {
    const keys = [name, ...names.moved.flatMap(({ wanted, given }) => (wanted === name ? [given] : []))]
    const clients = keys.flatMap((key) => holdersOf(key, false))
    const isTold = new Set(clients).size === clients.length
    return {
      name,
      values: keys.flatMap((key) => {
        const taken = names.taken.get(key)
        const value = taken === undefined ? stored(key) : new Secret(taken)
        if (value === null) return []
        const holders = holdersOf(key, !isTold)
        return [{ key, value, holders: taken === undefined ? ['the key store', ...holders] : holders }]
      }),
    }
  })
}

/** The notice about values that are kept apart. `isKept`: the key is one that servers of the manifest use. */
export function conflictNote({ name, values }: KeyConflict, isKept: (key: string) => boolean): string {
  const [first, ...others] = values.filter(({ key }) => isKept(key))
  const left = values.filter(({ key }) => !isKept(key)).flatMap(({ holders }) => holders)
  const found = `${name}: ${values.length === 2 ? 'two' : values.length} keys`
  const keeps = left.length === 0 ? [] : [`${left.join(', ')} keeps its own entry with its own key`]
  if (first === undefined || others.length === 0) return [found, ...keeps].join('. ')
  const kept = [first, ...others]
  const merge = (from: KeyConflict['values'][number], into: KeyConflict['values'][number]) =>
    `mcp-twin secret merge ${from.key} ${into.key}`
  const ways =
    kept.length === 2
      ? kept.map((each, at) => `to keep that of ${each.holders.join(', ')}: ${merge(kept[1 - at] ?? each, each)}`)
      : [
          ...kept.map(({ key, holders }) => `${key} is that of ${holders.join(', ')}`),
          ...others.map((each) => `to use the first in its place: ${merge(each, first)}`),
        ]
  return [[`${found}, kept apart`, ...ways].join('; '), ...keeps].join('. ')
}
