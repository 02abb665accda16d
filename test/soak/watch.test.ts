import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { processorTime, until, watching } from '../support/watching.ts'
import { leftovers } from '../support/processes.ts'
import { type Planted, world } from '../support/world.ts'

const manifest = (argument: string) =>
  JSON.stringify({ version: 1, servers: { one: { command: 'node', args: [argument] } }, bridge: { enabled: false } })

let planted: Planted
afterEach(async () => {
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

describe('an idle watcher', () => {
  it('uses less than half a percent of a processor, and no more files or memory after a hundred rounds', async () => {
    planted = world().wsl('Ubuntu').file('.mcp-twin/mcp-twin.json', manifest('0')).windows().build()
    const { child, next, end } = watching(planted)
    await next('the first sync', ({ command }) => command === 'sync')
    const pid = child.pid ?? 0
    await sleep(2000)
    const began = processorTime(pid)
    await sleep(15_000)
    expect(processorTime(pid) - began).toBeLessThan(15 * 0.005)
    const files = () => readdirSync(`/proc/${pid}/fd`).length
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
    const written = () => JSON.parse(readFileSync(planted.self.here('.claude.json'), 'utf8')).mcpServers.one.args[0]
    const change = async (round: number) => {
      planted.self.write('.mcp-twin/mcp-twin.json', manifest(`${round}`))
      await until(`round ${round}`, () => written() === `${round}`)
    }
    for (let round = 1; round <= 20; round++) await change(round)
    const before = { files: files(), memory: memory() }
    for (let round = 21; round <= 100; round++) await change(round)
    expect(files()).toBeLessThanOrEqual(before.files + 2)
    expect(memory()).toBeLessThan(before.memory + 40)
    expect(await end()).toBe(0)
  })
})
