import { expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { realCopilotCli } from '../../support/real-programs.ts'
import { scratch } from '../../support/scratch.ts'

const file = '.copilot/mcp-config.json'
const servers = {
  twin: { command: '/bin/echo', args: ['a b', '"quoted"', '\\', '$HOME ${HOME}'], env: { LEVEL: 'é' } },
  far: { url: 'https://x.example/mcp', headers: { 'X-Who': 'ana' } },
  old: { url: 'https://x.example/sse', transport: 'sse' },
}

describeUnless(await realCopilotCli.lacks(), 'the real Copilot CLI', () => {
  it('reads what sync wrote beside what was there', async () => {
    const place = scratch()
    const theirs = '{\n  // mine\n  "mcpServers": { "own": { "command": "theirs", "tools": ["a"] } },\n}\n'
    place.write(file, theirs)
    place.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, servers, clients: { 'copilot-cli': true }, bridge: { enabled: false } }),
    )
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: true, inSync: true })
    expect(JSON.parse(await realCopilotCli.run(place, ['mcp', 'list', '--json'])).mcpServers).toMatchObject({
      own: { command: 'theirs', tools: ['a'] },
      twin: { type: 'local', ...servers.twin, tools: ['*'], enabled: true },
      far: { type: 'http', ...servers.far, tools: ['*'], enabled: true },
      old: { type: 'sse', url: servers.old.url, tools: ['*'], enabled: true },
    })
    expect((await cli(place, ['undo', '--yes'])).code).toBe(0)
    expect(place.read(file)).toBe(theirs)
  })

  it('rewrites its file when it removes a server, and leaves ours as written', async () => {
    const place = scratch()
    place.write(file, '{ "mcpServers": { "own": { "command": "theirs" } } }\n')
    place.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, servers, clients: { 'copilot-cli': true }, bridge: { enabled: false } }),
    )
    expect((await cli(place, ['sync'])).code).toBe(0)
    await realCopilotCli.run(place, ['mcp', 'remove', 'own'])
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: false, inSync: true })
  })
})
