import { afterEach, expect, it, vi } from 'vitest'
import { Messenger, type MessengerOptions } from '../../../src/bridge/actions/elsewhere/messenger.ts'
import type { Database } from '../../../src/bridge/store/database.ts'
import type { StoreChange } from '../../../src/bridge/store/changes.ts'

afterEach(() => vi.useRealTimers())

/** A store without rows that counts how often it is read; `machine`: the name of this machine where it is the copy of a server's. */
function counting(machine: string | null) {
  const told: ((changes: readonly StoreChange[]) => void)[] = []
  const counted = { reads: 0, machine }
  const database = { get: () => (counted.machine === null ? undefined : { machine: counted.machine }), all: () => [] }
  const store = {
    onChange(listener: (changes: readonly StoreChange[]) => void) {
      told.push(listener)
      return () => undefined
    },
    async read<T>(work: (from: Database) => T): Promise<T> {
      counted.reads++
      return work(database as unknown as Database)
    },
  }
  const place = { redaction: { ready: async () => undefined }, settings: { now: Date.now } }
  const options = { store, place, isLive: () => true, log: { write: () => undefined }, closed: async () => null }
  const tell = (kind: string) => {
    for (const each of told) each([{ kind } as StoreChange])
  }
  return { counted, tell, options: options as unknown as MessengerOptions }
}

it('where no store server was joined, actions of other machines cost one look, and none while nothing happens', async () => {
  vi.useFakeTimers()
  const { counted, options } = counting(null)
  const messenger = new Messenger(options, new AbortController().signal)
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(counted.reads).toBe(1)
  await messenger.stop()
})

it('a store that becomes a copy is looked at again from time to time, and no more once it is embedded again', async () => {
  vi.useFakeTimers()
  const { counted, options, tell } = counting(null)
  const messenger = new Messenger(options, new AbortController().signal)
  await vi.advanceTimersByTimeAsync(60_000)
  counted.machine = 'laptop'
  tell('errand')
  await vi.advanceTimersByTimeAsync(1)
  const before = counted.reads
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counted.reads).toBeGreaterThan(before + 3)
  counted.machine = null
  await vi.advanceTimersByTimeAsync(60_000)
  const last = counted.reads
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(counted.reads).toBe(last)
  await messenger.stop()
})
