import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { Upstream } from '../../../src/bridge/sharing/upstream.ts'
import { waitForChange } from '../../../src/bridge/store/waiting.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { pipedServer } from '../../support/piped-server.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What a work came to, with its memory cleaned up in the middle of it; `lost` after far more time than it has. */
async function settled(work: Promise<unknown>): Promise<unknown> {
  const result = work.catch((error: unknown) => error)
  for (let times = 0; times < 5; times++) {
    await sleep(10)
    collectGarbage()
  }
  return Promise.race([result, sleep(10_000, 'lost', { ref: false })])
}

const ms = 300

describe('the time limit of a wait during which garbage is collected', () => {
  let place: Desk | undefined
  afterEach(() => place?.close())

  it('ends a wait for a change', async () => {
    place = desk()
    const store = await place.bridge.store()
    const { signal } = new AbortController()
    expect(await settled(waitForChange(store, { session: 's1', timeoutMs: ms, signal }, (_, changes) => changes))).toMatchObject({
      changes: [],
    })
  })

  it('ends a call of a shared server', async () => {
    const server = pipedServer(({ method }) => (method === 'initialize' ? { result: {} } : null))
    const upstream = new Upstream('s', server.piped, '1', Date.now, ms)
    const { signal } = new AbortController()
    const called = upstream.call('t', {}, { signal, progress: () => undefined })
    expect(await settled(called)).toMatchObject({ message: expect.stringMatching(/did not answer within 0\.3 s/) })
  })
})
