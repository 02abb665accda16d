import { expect, it } from 'vitest'
import { world } from '../../support/world.ts'

const words = {
  command: 'tool',
  args: ['--config', 'node /home/ana/x.js', '--at=file:///home/ana/notes'],
  env: { START: 'see "/srv/x"' },
}

it('a path within an argument is named by sync, doctor and init, with server and argument, as it means nothing on the other side', async () => {
  const place = world().wsl('Ubuntu').client('claude-code', '{}').windows().client('claude-desktop', '{}').build()
  const manifest = { version: 1, servers: { notes: words }, bridge: { enabled: false } }
  place.self.write('.mcp-twin/mcp-twin.json', JSON.stringify(manifest))
  const { notices } = (await place.cli(['sync', '--dry-run', '--offline', '--json'])).json
  expect(notices).toEqual([
    expect.stringMatching(
      /^notes: argument 2 holds \/home\/ana\/x\.js, which means nothing on Windows; write "\$\{path:\/home\/ana\/x\.js\}" there/,
    ),
    expect.stringMatching(/^notes: argument 3 holds \/home\/ana\/notes, /),
    expect.stringMatching(/^notes: START holds \/srv\/x, /),
  ])
  await place.cli(['sync', '--offline', '--no-try'])
  const { findings } = (await place.cli(['doctor', '--check', 'literal-paths', '--json'])).json
  const warned = findings.filter(({ level }: { level: string }) => level === 'warning')
  expect(warned.map(({ subject, message }: { subject: string; message: string }) => `${subject}: ${message}`)).toEqual([
    'notes in Claude Desktop (Windows): its argument 2 holds a Linux path, which means nothing on Windows',
    'notes in Claude Desktop (Windows): its argument 3 holds a Linux path, which means nothing on Windows',
    'notes in Claude Desktop (Windows): its START holds a Linux path, which means nothing on Windows',
  ])
  const spelled = { ...words, args: ['--config', 'node ${path:/home/ana/x.js}'], env: {} }
  place.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...manifest, servers: { notes: spelled } }))
  expect((await place.cli(['sync', '--offline', '--no-try', '--json'])).json.notices).toEqual([])
  expect(JSON.stringify(place.side('windows').config('claude-desktop'))).toContain('wsl.localhost')
})

it('a server with such a path is not offered for both sides by init without a word', async () => {
  const place = world()
    .wsl('Ubuntu')
    .client('claude-code', JSON.stringify({ mcpServers: { notes: { command: 'tool', args: ['-c', 'node /home/ana/x.js'] } } }))
    .windows()
    .client('claude-desktop', '{}')
    .build()
  const said = (await place.cli(['init', '--yes', '--both', '--no-install', '--no-bridge', '--dry-run'])).output.replace(/\s+/g, ' ')
  expect(said).toMatch(/notes: Windows does not reach \/home\/ana\/x\.js/)
})
