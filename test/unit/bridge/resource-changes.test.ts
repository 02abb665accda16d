import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { ResourceChanges } from '../../../src/bridge/start/resource-changes.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import type { StoreChange } from '../../../src/bridge/store/changes.ts'

let change: (changes: readonly StoreChange[]) => void
let heard: (string | null)[]
const remembered = (id: string): StoreChange => ({ kind: 'memory', namespace: 'shared', id, by: 'other', session: 's', at: 0, n: 1 })

beforeEach(async () => {
  vi.useFakeTimers()
  heard = []
  const store = { onChange: (listener: typeof change) => (change = listener) }
  const changes = new ResourceChanges(Promise.resolve({ store: () => Promise.resolve(store) } as unknown as Bridge))
  await changes.watch()
  changes.subscribe((uri) => heard.push(uri))
})
afterEach(() => vi.useRealTimers())

const lists = (): number => heard.filter((uri) => uri === null).length

describe('changes of the list of resources', () => {
  it('are told at once, then once a second while they go on, and each resource each time', () => {
    for (let n = 0; n < 40; n++) change([remembered(`k${n}`)])
    expect(lists()).toBe(1)
    expect(heard.filter((uri) => uri !== null)).toHaveLength(40)
    vi.advanceTimersByTime(limits.listChangedMs - 1)
    expect(lists()).toBe(1)
    vi.advanceTimersByTime(1)
    expect(lists()).toBe(2)
    for (let ms = 0; ms < 10_000; ms += 10) {
      change([remembered('k')])
      vi.advanceTimersByTime(10)
    }
    expect(lists()).toBe(2 + 10_000 / limits.listChangedMs)
  })

  it('are told once where there was one, and at once again after a pause', () => {
    change([remembered('a')])
    vi.advanceTimersByTime(5 * limits.listChangedMs)
    expect(lists()).toBe(1)
    change([remembered('b')])
    expect(lists()).toBe(2)
  })
})
