import { afterEach, describe, expect, it, vi } from 'vitest'
import { askRegistry } from '../../../src/effects/registry/ask.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { mcpRegistry } from '../../support/mcp-registry.ts'
import { scratch } from '../../support/scratch.ts'

afterEach(() => void vi.useRealTimers())

/** A registry that begins its answer with this, if with anything, and never ends it; and when it has been asked. */
async function silent(begin: string | null): Promise<{ url: string; asked: Promise<void> }> {
  const registry = await mcpRegistry()
  const asked = new Promise<void>((resolve) => {
    registry.answer = (response) => (begin === null ? resolve() : void response.write(begin, () => resolve()))
  })
  return { url: registry.url, asked }
}

function ask(address: string, signal = new AbortController().signal): Promise<unknown> {
  const side = environmentSchema.parse({ id: 'linux', kind: 'linux', self: true, user: 'ana', home: scratch().home })
  return askRegistry(nodeSystem(), side, address, '/v0.1/servers', signal)
}

describe('a registry that does not end its answer', () => {
  it.each([
    ['says nothing', null],
    ['stops in the middle', '{"servers": ['],
  ])('and %s is waited for 10 s, and no longer', async (_, begin) => {
    const { url, asked } = await silent(begin)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const settled = vi.fn()
    const answer = ask(url).finally(settled)
    answer.catch(() => undefined)
    await asked
    await vi.advanceTimersByTimeAsync(9_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await expect(answer).rejects.toThrow(/did not answer within 10 s/)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is left at once when a person stops the command', async () => {
    const { url, asked } = await silent(null)
    const stop = new AbortController()
    const answer = ask(url, stop.signal)
    answer.catch(() => undefined)
    await asked
    stop.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })
})
