import type { IncomingRequest } from '../lease/channel.ts'
import type { StoreServer } from './store-server.ts'

/** The request by which a bridge has the holder of the lease send what it wrote. */
export const sendWork = 'store.send'

/** The request by which it asks how the server is reached. */
export const stateWork = 'store.state'

/** The request by which it tells the holder that somebody uses it. */
export const usedWork = 'store.used'

/** What the holder of the lease does for the other bridges where the store is the copy of a server's. */
export const storeWorks = (server: () => Promise<StoreServer>): [string, (incoming: IncomingRequest) => Promise<unknown>][] => [
  [sendWork, async ({ params }) => (await server()).answer(params)],
  [
    stateWork,
    async ({ params: isKnown }) => {
      const held = await server()
      return isKnown === true ? held.known : held.look()
    },
  ],
  [usedWork, async () => (await server()).used()],
]
