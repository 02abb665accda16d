import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

/** What `support/pure.ts` found so far in this test, taken away so that the test itself passes. */
function noted(): string[] {
  const all = Reflect.get(globalThis, Symbol.for('mcp-twin.pure'))
  return Array.isArray(all) ? all.splice(0) : []
}

describe('a test of the project "unit"', () => {
  it('starts no process', () => {
    expect(() => spawn('true')).toThrow('move it to test/integration')
    expect(noted()).toHaveLength(1)
  })
  it('listens nowhere', () => {
    expect(() => createServer().listen(0)).toThrow('move it to test/integration')
    expect(noted()).toHaveLength(1)
  })
  it('waits for no clock, though it may set a deadline', async () => {
    clearTimeout(setTimeout(() => undefined, 1000))
    expect(noted()).toEqual([])
    await sleep(45)
    await new Promise((resolve) => setTimeout(resolve, 45))
    expect(noted()).toHaveLength(2)
  })
})
