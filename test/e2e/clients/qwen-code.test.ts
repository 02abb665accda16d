import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { realQwenCode } from '../../support/real-programs.ts'
import { scratch } from '../../support/scratch.ts'

const file = '.qwen/settings.json'
const servers = {
  twin: { command: '/bin/echo', args: ['a b', '"quoted"', '\\'], env: { LEVEL: 'é' } },
  far: { url: 'http://127.0.0.1:9/mcp', headers: { 'X-Who': 'ana' } },
  old: { url: 'http://127.0.0.1:9/sse', transport: 'sse' },
  filled: { command: '/bin/echo', args: ['$HOME'] },
}
const manifest = JSON.stringify({ version: 1, servers, clients: { 'qwen-code': true }, bridge: { enabled: false } })

describe('settings of Qwen Code with a trailing comma, which it cannot read', () => {
  it('are refused with their place', async () => {
    const place = scratch()
    const theirs = '{\n  // mine\n  "mcpServers": {},\n}\n'
    place.write(file, theirs)
    place.write('.mcp-twin/mcp-twin.json', manifest)
    const sync = await cli(place, ['sync'])
    expect(sync.code).toBe(3)
    expect(sync.output).toMatch(/trailing comma.*line 3/)
    expect(place.read(file)).toBe(theirs)
  })
})

describeUnless(await realQwenCode.lacks(), 'the real Qwen Code', () => {
  it('reads what sync wrote beside what was there', async () => {
    const place = scratch()
    // It adds its version by itself where that is missing.
    const theirs = '{\n  // mine\n  "mcpServers": { "own": { "command": "/bin/echo", "args": ["theirs"] } },\n  "$version": 4\n}\n'
    place.write(file, theirs)
    place.write('.mcp-twin/mcp-twin.json', manifest)
    expect((await cli(place, ['sync', '--json'])).json).toMatchObject({ changed: true, inSync: true })
    expect(place.read(file)).toContain('// mine')
    const listed = await realQwenCode.run(place, ['mcp', 'list'])
    for (const line of [
      'own: /bin/echo theirs (stdio)',
      'twin: /bin/echo a b "quoted" \\ (stdio)',
      'far: http://127.0.0.1:9/mcp (http)',
      'old: http://127.0.0.1:9/sse (sse)',
    ])
      expect(listed).toContain(line)
    expect(listed).toMatch(/filled: \S+ \S+mcp-twin\.mjs run filled \(stdio\)/)
    expect((await cli(place, ['undo', '--yes'])).code).toBe(0)
    expect(place.read(file)).toBe(theirs)
  })
})
