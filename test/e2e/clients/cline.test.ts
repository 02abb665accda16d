import { expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { realCline } from '../../support/real-programs.ts'
import { scratch } from '../../support/scratch.ts'

const file = '.cline/data/settings/cline_mcp_settings.json'
const servers = {
  twin: { command: '/bin/echo', args: ['a b', '"quoted"', '\\'], env: { LEVEL: 'é' } },
  far: { url: 'https://x.example/mcp', headers: { 'X-Who': 'ana' } },
  old: { url: 'https://x.example/sse', transport: 'sse' },
}

describeUnless(await realCline.lacks(), 'the real Cline', () => {
  it('removes its own server, and leaves ours as written', async () => {
    const place = scratch()
    place.write(file, '{ "mcpServers": { "own": { "command": "theirs" } } }\n')
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, clients: { cline: true }, bridge: { enabled: false } }))
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: true, inSync: true })
    expect(await realCline.run(place, ['mcp', 'uninstall', 'own'])).toContain('Uninstalled MCP server own')
    expect(Object.keys(JSON.parse(place.read(file)).mcpServers)).toEqual(Object.keys(servers))
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: false, inSync: true })
  })
})
