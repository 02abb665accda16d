/** Signals that end a program or tell it something, and that a parent passes on. Windows knows two of them. */
const PASSED_ON: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGWINCH']
export const ENDING: readonly NodeJS.Signals[] = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Listens to signals instead of whoever did before. The new listener comes first and the old ones go then: were there
 * none for a moment, a signal in that moment would be lost. The answer stops listening.
 */
export function takeSignals(listener: (signal: NodeJS.Signals) => void, signals = PASSED_ON): () => void {
  for (const signal of signals) {
    const before = process.listeners(signal)
    process.on(signal, listener)
    for (const old of before) process.removeListener(signal, old)
  }
  return () => {
    for (const signal of signals) process.removeListener(signal, listener)
  }
}
