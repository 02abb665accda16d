import type { Bridge } from '../bridge/contract/bridge.ts'
import type { Store } from '../bridge/store/store.ts'
import type { Author, Transaction } from '../bridge/store/transaction.ts'

/** What a rehearsed change would have answered; thrown so that its transaction is rolled back. */
class Rehearsed extends Error {
  readonly result: unknown
  constructor(result: unknown) {
    super('rehearsed')
    this.result = result
  }
}

/** What each member of a store does with its rows: a new one that is not listed does not compile, and is refused in a rehearsal. */
export const storeMembers = {
  engine: 'reads',
  cursor: 'reads',
  changesAfter: 'reads',
  read: 'reads',
  snapshot: 'reads',
  write: 'changes',
  keep: 'changes',
  take: 'changes',
  onChange: 'reads',
  checkpoint: 'reads',
  close: 'reads',
  settle: 'reads',
} as const satisfies Readonly<Record<keyof Store, 'reads' | 'changes'>>

type Members = typeof storeMembers
type Changing = Pick<Store, { [Name in keyof Members]: Members[Name] extends 'changes' ? Name : never }[keyof Members]>

async function rehearse<T>(store: Store, author: Author, work: (transaction: Transaction) => T): Promise<T> {
  try {
    return await store.write(author, (transaction) => {
      throw new Rehearsed(work(transaction))
    })
  } catch (error) {
    if (error instanceof Rehearsed) return error.result as T
    throw error
  }
}

/** The store, which takes every change back. */
export function rehearsedStore(store: Store): Store {
  const changing: Changing = {
    write: (author, work) => rehearse(store, author, work),
    take: (author, work) => rehearse(store, author, work),
    keep: async (author, work) => ({ result: await rehearse(store, author, work), isUnsent: false }),
  }
  return new Proxy(store, {
    get(target, name) {
      // Asked of everything that is awaited.
      if (typeof name === 'symbol' || name === 'then') return Reflect.get(target, name, target)
      if (!Object.hasOwn(storeMembers, name)) throw new Error(`a rehearsal knows nothing of store.${name}`)
      const from = storeMembers[name as keyof Store] === 'changes' ? changing : target
      const member: unknown = Reflect.get(from, name, from)
      return typeof member === 'function' ? member.bind(from) : member
    },
  })
}

/** The bridge with a store that takes every change back, and an audit that records nothing: all rules hold, and nothing stays. */
export const rehearsing = (bridge: Bridge): Bridge =>
  Object.assign(Object.create(bridge), {
    store: async () => rehearsedStore(await bridge.store()),
    audit: Object.assign(Object.create(bridge.audit), { write: () => undefined }),
  })
