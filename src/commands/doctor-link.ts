import { BRIDGE_LINK } from '../core/doctor/bridge.ts'
import type { Context } from '../context.ts'
import { bridgeOf } from './bridge-at-home.ts'
import type { HomeContext } from './at-home.ts'

/** A value in home's store, for doctor to read through every program's bridge. */
export interface Link {
  readonly value: string
  /** Removes it. */
  clear(): Promise<void>
}

/** Stores a value that only this run knows. Null if the store cannot be opened, which another check reports. */
export async function setLink(context: Context, homeContext: HomeContext): Promise<Link | null> {
  const [{ set, remove, forgetHistory }, { Refusal }] = await Promise.all([
    import('../bridge/memory/memory.ts'),
    import('../bridge/base/refusal.ts'),
  ])
  const bridge = await bridgeOf(context, homeContext)
  const author = { client: 'doctor', session: bridge.session }
  const value = context.system.random(16)
  try {
    const store = await bridge.store()
    await store.write(author, (transaction) => set(transaction, { ...BRIDGE_LINK, value, ttlSeconds: 600 }))
    return {
      value,
      async clear() {
        await store
          .write(author, (transaction) => {
            remove(transaction, BRIDGE_LINK)
            forgetHistory(transaction, BRIDGE_LINK.namespace, BRIDGE_LINK.key)
          })
          .catch((error: unknown) => {
            if (!(error instanceof Refusal)) throw error
          })
        await bridge.close()
      },
    }
  } catch (error) {
    await bridge.close()
    if (error instanceof Refusal) return null
    throw error
  }
}
