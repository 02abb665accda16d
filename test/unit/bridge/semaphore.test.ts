import { describe, expect, it } from 'vitest'
import { Semaphore } from '../../../src/bridge/base/semaphore.ts'

describe('a semaphore', () => {
  it('keeps its limit and its order while newcomers arrive as slots are freed', async () => {
    const semaphore = new Semaphore(2)
    const started: number[] = []
    const running = { now: 0, most: 0 }
    const work = (id: number) => async () => {
      started.push(id)
      running.most = Math.max(running.most, ++running.now)
      for (let ticks = 0; ticks < id % 5; ticks++) await Promise.resolve()
      running.now--
    }
    const calls: Promise<void>[] = []
    for (let id = 0; id < 100; id++) {
      calls.push(semaphore.run(work(id)))
      await Promise.resolve()
    }
    await Promise.all(calls)
    expect(running.most).toBe(2)
    expect(started).toEqual([...started].sort((one, other) => one - other))
  })

  it('frees the slot of work that fails', async () => {
    const semaphore = new Semaphore(1)
    await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await semaphore.run(() => Promise.resolve('yes'))).toBe('yes')
  })
})
