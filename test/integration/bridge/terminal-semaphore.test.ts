import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { Semaphore } from '../../../src/bridge/base/semaphore.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk({ terminal: 'on' })
})
afterEach(() => place.close())

const run = (command: string, more: object = {}, call: object = {}) => place.call('execute_command', { command, ...more }, call)
const fill = (call: object = {}) => Promise.all(Array.from({ length: limits.sessions }, () => run('sleep 60', { background: true }, call)))

describe('more commands than may run at a time', () => {
  it('run up to the limit in the background', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => run('sleep 60', { background: true })))
    expect(results.filter(({ isError }) => !isError)).toHaveLength(limits.sessions)
    const refused = results.filter(({ isError }) => isError).map(textOf)
    for (const words of refused)
      expect(words).toMatch(/^Nothing is run: 32 commands are running, as many as may\. .*(end one with stop_session|list_sessions shows)/)
    const list = (await place.call('list_sessions')).structuredContent as { sessions: unknown[] }
    expect(list.sessions).toHaveLength(limits.sessions)
  })
  it('all run in turn when their callers wait', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, n) => run(`sleep 0.2; touch made-${n}`)))
    expect(results.map(textOf)).toEqual(results.map(() => '[Exit code 0.]'))
    expect(readdirSync(place.A)).toHaveLength(50)
  })
  it('report how many run when one waited in vain', async () => {
    await fill()
    expect(await place.refused('execute_command', { command: 'touch made', timeout_ms: 300 })).toBe(
      'Nothing is run: 32 commands are running, as many as may, and none ended within 300 ms. 32 of them are sessions of yours: end one with stop_session, or wait.',
    )
    expect(existsSync(join(place.A, 'made'))).toBe(false)
  })
  it('give no advice to stop sessions of other clients', async () => {
    await fill({ client: 'other' })
    expect(await place.refused('execute_command', { command: 'true', background: true })).toBe(
      'Nothing is run: 32 commands are running, as many as may. Try again when one has ended; list_sessions shows which are yours.',
    )
    expect(await place.refused('execute_command', { command: 'true', on_timeout: 'keep' })).toMatch(/as many as may/)
  })
  it('leave room to end a session while many wait', async () => {
    await fill()
    const waiting = Array.from({ length: limits.commandsWaiting }, () => run('true', { timeout_ms: 55_000 }))
    expect(await place.refused('execute_command', { command: 'true', timeout_ms: 5000 })).toMatch(/as many as may\. 32 of them/)
    await place.ok('stop_session', { session: 't1' })
    expect((await Promise.all(waiting)).map(textOf)).toEqual(waiting.map(() => '[Exit code 0.]'))
    expect(limits.sessions + limits.commandsWaiting).toBeLessThan(limits.callsAtOnce)
  })
  it('run nothing that was cancelled while it waited', async () => {
    await fill()
    const controller = new AbortController()
    const waiting = run('touch made', {}, { signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    expect(textOf(await waiting)).toMatch(/cancelled/)
    await place.ok('stop_session', { session: 't1' })
    await place.ok('execute_command', { command: 'true' })
    expect(existsSync(join(place.A, 'made'))).toBe(false)
  })
  it('free the place of one that could not be started', async () => {
    for (let n = 0; n < limits.sessions + 1; n++)
      expect(await place.refused('execute_command', { command: 'true', cwd: place.O, background: true })).toMatch(/outside/)
    await place.ok('execute_command', { command: 'true' })
  })
})

describe('a semaphore', () => {
  it('serves those who wait in their order', async () => {
    const semaphore = new Semaphore(1, 9)
    const { signal } = new AbortController()
    expect(semaphore.tryAcquire()).toBe(true)
    const order: number[] = []
    const waiting = [1, 2, 3].map((n) => semaphore.acquire(5000, signal).then((got) => got && order.push(n)))
    expect(await semaphore.acquire(1, signal)).toBe(false)
    for (let n = 0; n < 3; n++) semaphore.release()
    await Promise.all(waiting)
    expect(order).toEqual([1, 2, 3])
    expect(semaphore.tryAcquire()).toBe(false)
    semaphore.release()
    expect(semaphore.tryAcquire()).toBe(true)
  })
})
