import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LockedPackage } from '../../../src/model/lock.ts'
import { nodePath } from '../../support/machine.ts'
import { type Situation, situation } from './situation.ts'

let here: Situation
let memory: LockedPackage

beforeAll(async () => {
  here = situation()
  memory = await here.pin('@modelcontextprotocol/server-memory@2026.8.31')
})
afterAll(() => here.place.remove())

/** One JSON-RPC question to a server on its standard streams. */
function ask(file: string, question: object): Promise<{ result?: { serverInfo?: { name: string } } }> {
  return new Promise((resolve, reject) => {
    const child = spawn(nodePath, [file], { stdio: ['pipe', 'pipe', 'ignore'] })
    let text = ''
    child.on('error', reject)
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      if (!text.includes('\n')) return
      child.kill('SIGKILL')
      child.once('exit', () => resolve(JSON.parse(text)))
    })
    child.stdin.write(`${JSON.stringify(question)}\n`)
  })
}

describe('packages of the registry this machine uses', () => {
  it('are pinned with what starts them', () => {
    expect(memory).toMatchObject({
      name: '@modelcontextprotocol/server-memory',
      version: '2026.8.31',
      integrity: expect.stringMatching(/^sha512-/),
      bin: { 'mcp-server-memory': 'dist/index.js' },
    })
  })

  it('are installed side by side, and a server among them answers', async () => {
    const number = await here.pin('is-number@^7')
    const results = await Promise.all([memory, number].map((locked) => here.install(locked)))
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
    const file = here.npm(
      '@modelcontextprotocol+server-memory@2026.8.31',
      'node_modules',
      '@modelcontextprotocol',
      'server-memory',
      'dist',
      'index.js',
    )
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const answer = await ask(file, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
    expect(answer.result?.serverInfo?.name).toBe('memory-server')
  })

  it('are left as they are by a second call, which needs no registry', async () => {
    here.place.write('.npmrc', 'registry=http://127.0.0.1:9/\n')
    expect(await here.install(memory)).toEqual({ outcome: 'present' })
  })
})
