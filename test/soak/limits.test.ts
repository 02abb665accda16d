import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KeyFinder } from '../../src/model/redaction/key-finder.ts'
import { cli, cliPath } from '../support/cli.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { session } from '../support/mcp.ts'
import { peakMemory } from '../support/processes.ts'
import { scratch } from '../support/scratch.ts'
import { desk } from '../support/desk.ts'
import { token } from '../support/key-copies.ts'

/** Runs `work` and returns how long it took, in ms. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

describe('promises about time, on a quiet machine', () => {
  it('doctor takes less than 2 s', async () => {
    const place = scratch()
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {} }))
    expect(await timed(() => cli(place, ['doctor']))).toBeLessThan(2000)
  })

  it('the bridge ends within 5 s of the end of its input', async () => {
    const { env } = scratch()
    const server = session({ command: nodePath, args: [cliPath, 'serve', '--client', 'tester'], env, cwd: '/' })
    await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } })
    expect(await timed(() => server.end())).toBeLessThan(5000)
  })

  it('a sync of a file of 8 MiB keeps within the limits of its fixture', async () => {
    const folder = join(projectFolder, 'test/fixtures/configs')
    const { wall_ms, max_rss_mb } = JSON.parse(execFileSync('cat', [join(folder, 's18-code-8mb.expect.json')], { encoding: 'utf8' })).limits
    const place = scratch()
    place.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { one: { command: 'node' } }, bridge: { enabled: false } }),
    )
    execFileSync(nodePath, [join(folder, 'gen-big.mjs'), place.path('.claude.json'), `${8 * 1024 ** 2}`, '1'])
    let memory = async () => 0
    const started = (child: { pid?: number | undefined }) => {
      memory = peakMemory(child.pid ?? 0)
    }
    expect(await timed(() => cli(place, ['sync', '--client', 'claude-code'], { started }))).toBeLessThan(wall_ms)
    expect(await memory()).toBeLessThan(max_rss_mb)
    expect(await memory(), 'the memory was measured').toBeGreaterThan(20)
  })
})

describe('memory', () => {
  it('stays bounded while a command prints without end', async () => {
    const place = desk({ terminal: 'on' })
    const before = process.memoryUsage().rss
    await place.call('execute_command', { command: 'yes 0123456789', timeout_ms: 1500 })
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2)
    await place.close()
  })

  it('is little for many long keys', () => {
    const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    const many = Array.from({ length: 100 }, () => token(3000))
    const before = held()
    const finder = new KeyFinder(many, 8)
    expect(finder.begun('nothing')).toBe(0)
    expect(held() - before).toBeLessThan(64 * 1024 ** 2)
  })
})
