import { expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { oauthServer } from '../../support/oauth-server.ts'
import { ana } from './ana.ts'

it('a shared server with a login has one connection for two programs, and its tokens are hidden from both', async () => {
  const server = await oauthServer()
  const person = ana()
  person.home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { far: { url: server.url, share: true } } }))
  const { code, output } = await person.run(['login', 'far'], { tries: true })
  expect(code, output).toBe(0)
  const bridge = (client: string) =>
    greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: person.env, cwd: person.home.root }, client)
  const [desktop, claude] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
  try {
    server.calls.length = 0
    expect((await desktop.call('far__tell')).text).toBe('told')
    expect((await claude.call('far__tell')).text).toBe('told')
    expect(server.calls.filter(({ method }) => method === 'initialize' || method === 'server/discover')).toHaveLength(1)
    // A token that is given while bridges run is hidden from then on.
    server.expire()
    expect((await desktop.call('far__tell')).text).toBe('told')
    const kept = server.given.slice(-2)
    await claude.call('memory_set', { key: 'k', value: `the token is ${kept.join(' ')}` })
    const answer = JSON.stringify(await claude.call('memory_get', { key: 'k' }))
    expect(kept.filter((token) => answer.includes(token))).toEqual([])
  } finally {
    for (const each of [desktop, claude]) await each.end()
  }
})
