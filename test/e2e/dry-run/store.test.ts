import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { ofTheStore } from '../../support/dry-runs.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { treeOf } from '../support/place.ts'

let place: Scratch
let token = ''
const ids = { QUESTION: '', NEEDS_USER: '' }

const typed = async (...args: readonly string[]) => {
  const done = await cli(place, args, { cwd: place.home, env: { MCP_TWIN_TOKEN: token } })
  expect(done.code, done.output).toBe(0)
  return done
}

beforeAll(async () => {
  place = scratch()
  place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }\n')
  place.write('.claude.json', '{}')
  const server = session({ command: nodePath, args: [cliPath, 'serve', '--client', 'claude-desktop'], env: place.env, cwd: place.root })
  const id = async (name: string, args: object): Promise<string> => {
    const answer = (await server.ask('tools/call', { name, arguments: args })) as { structuredContent?: Record<string, unknown> }
    return String(answer.structuredContent?.id ?? answer.structuredContent?.question_id ?? JSON.stringify(answer))
  }
  await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } })
  server.notify('notifications/initialized')
  ids.QUESTION = await id('ask_twin', { question: 'Which login?' })
  ids.NEEDS_USER = await id('queue_action', { type: 'update_mcp_config', params: { name: 'files', command: 'node' } })
  await server.end()
  await typed('memory', 'set', 'colour', 'blue')
  await typed('memory', 'export', 'memory.jsonl')
  await typed('memory', 'delete', 'colour')
  await typed('memory', 'set', 'auth', 'JWT')
  token = (await typed('session', 'new', '--json')).json.token
})
afterAll(() => place.remove())

/** Every change of the store, and the files beside it that these commands write. */
const changes = async (): Promise<unknown[]> => [
  (await typed('events', '--json')).stdout.split('\n').filter((line) => !line.includes('"kind":"audit"')),
  treeOf(place.path('.mcp-twin/bridge/triggers')),
  place.read('.mcp-twin/mcp-twin.json'),
]

describe('--dry-run', () => {
  it.each(Object.entries(ofTheStore))('changes nothing that the store holds: %s', async (name, words) => {
    const before = await changes()
    const args = words.map((word) => Object.entries(ids).find(([each]) => each === word)?.[1] ?? word)
    const done = await typed(...name.split(' '), ...args, '--dry-run')
    expect(done.stdout).toMatch(/nothing was changed|Would store/i)
    expect(await changes()).toEqual(before)
    expect((await typed(...name.split(' '), ...args, '--dry-run', '--json')).json.dryRun).toBe(true)
  })

  it('refuses what the command itself would refuse', async () => {
    const stale = await cli(place, ['memory', 'set', 'auth', 'none', '--if-version', '7', '--dry-run'])
    expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining('version')])
  })

  it('of doctor --fix says what it would fix', async () => {
    place.write('.mcp-twin/secrets.json', '{}', 0o644)
    const shown = await cli(place, ['doctor', '--fix', '--dry-run'])
    expect(shown.stdout).toMatch(/Would be fixed; nothing was changed\n[\s\S]*secrets\.json becomes private \(mode 0600\)/)
    expect((await cli(place, ['doctor', '--fix', '--dry-run', '--json'])).json.fixed).toContainEqual(
      expect.objectContaining({ outcome: 'planned', reason: null }),
    )
  })
})
