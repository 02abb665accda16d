import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Bridge, greeted } from '../../support/mcp.ts'
import { scratch } from '../../support/scratch.ts'

const open: Bridge[] = []
let api: Server | undefined
afterEach(async () => {
  for (const each of open.splice(0)) await each.end()
  api?.close()
})

it('a real search server, shared, asks its service once for both programs', async () => {
  const asked: string[] = []
  api = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/search') asked.push(url.searchParams.get('q') ?? '')
    const results = [{ title: 'A login library', url: 'https://example.org/login', content: 'Logs people in.', score: 1 }]
    response
      .setHeader('Content-Type', 'application/json')
      .end(JSON.stringify({ results, number_of_results: 1, infoboxes: [], answers: [] }))
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  const place = scratch()
  const address = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const searxng = {
    package: 'mcp-searxng@1.16.0',
    env: { SEARXNG_URL: address },
    share: { tools: ['searxng_web_search'], cache: ['searxng_web_search'] },
  }
  place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { searxng } }))
  const synced = await cli(place, ['sync', '--json'], { tries: true })
  expect(synced.code, synced.output).toBe(0)
  expect(synced.json.notices.join('\n')).not.toContain('did not answer')
  const bridge = async (client: string) => {
    const made = await greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.root }, client)
    open.push(made)
    return made
  }
  const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
  const { tools } = (await desktop.ask('tools/list')) as { tools: { name: string }[] }
  expect(tools.map(({ name }) => name).filter((name) => name.startsWith('searxng__'))).toEqual(['searxng__searxng_web_search'])
  const first = await desktop.call('searxng__searxng_web_search', { query: 'login library' })
  expect(first.text).toContain('A login library')
  expect(await code.call('searxng__searxng_web_search', { query: 'login library' })).toEqual(first)
  const { data } = await code.call('search_history', { query: 'login' })
  expect(data).toMatchObject({ requests: 1, reused: 1, searches: [{ server: 'searxng', by: 'claude-desktop' }] })
  const [found] = (data?.searches ?? []) as { id: string }[]
  expect((await code.call('search_reuse', { id: found?.id })).text).toBe(first.text)
  expect(asked).toEqual(['login library'])
  // Refined by the other side.
  await code.call('searxng__searxng_web_search', { query: 'login library for TypeScript' })
  expect(asked).toEqual(['login library', 'login library for TypeScript'])
})
