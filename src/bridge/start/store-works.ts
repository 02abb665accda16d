/** The request by which a bridge has the holder of the lease send what it wrote. */
export const sendWork = 'store.send'

/** The request by which it says how the server is reached; with true, without trying to reach it. */
export const stateWork = 'store.state'

/** The request by which a bridge says that somebody uses it. */
export const usedWork = 'store.used'
