import { expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { modern } from '../../support/http-servers.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { filesWith } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'

const key = 'sk-0123456789abcdef-address'

it('a server at an address is shared with its key, by one relay for both programs', async () => {
  const remote = await modern({ key })
  const place = scratch()
  const docs = { url: remote.url, headers: { 'x-api-key': '${secret:DOCS_KEY}' }, share: true }
  place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { docs } }))
  place.write('.mcp-twin/secrets.json', JSON.stringify({ DOCS_KEY: key }), 0o600)
  const synced = await cli(place, ['sync', '--json'], { tries: true })
  expect(synced.code, synced.output).toBe(0)
  const bridge = (client: string) =>
    greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.root }, client)
  const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
  try {
    expect((await desktop.call('docs__echo', { text: 'a' })).text).toBe('echo {"text":"a"}')
    expect((await code.call('docs__echo', { text: 'b' })).text).toBe('echo {"text":"b"}')
    expect((await code.call('search_history')).data).toMatchObject({ requests: 2 })
  } finally {
    for (const each of [desktop, code]) await each.end()
  }
  // The client that lists it through the bridge has no entry with the key.
  expect(filesWith(key, [place.home]).map((file) => file.slice(place.home.length + 1))).toEqual(['.mcp-twin/secrets.json'])
})
