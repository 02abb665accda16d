import { chmodSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { pieces } from '../../../src/ui/pieces.ts'
import { columns } from '../../../src/ui/width.ts'
import { world } from '../../support/world.ts'

const WIDTH = 60

/** Lines that are too wide, unless one long word or one command alone makes them so: nothing to type is cut. */
const tooWide = (text: string): string[] =>
  text.split('\n').filter((line) => columns(line) > WIDTH && pieces(line.trim().replace(/^\S{1,2} /, '')).length > 1)

it('at 60 columns nothing overflows, whatever the command', async () => {
  const servers = {
    plain: { command: 'node', args: ['nowhere.cjs'] },
    keyed: { command: 'node', args: ['nowhere.cjs'], env: { A_RATHER_LONG_API_KEY: '${secret:A_RATHER_LONG_API_KEY}' } },
    'a-server-with-quite-a-long-name': { url: 'https://mcp.example.com/with/a/long/path/mcp' },
    gone: { command: 'node', disabled: true },
  }
  const theirs = { mine: { command: 'uvx', args: ['x'] }, plain: { command: 'other' }, off: { command: 'x', disabled: true } }
  const place = world()
    .wsl()
    .client('cursor', '{ "mcpServers": { broken')
    .windows()
    .client('claude-desktop', JSON.stringify({ mcpServers: theirs }))
    .running('claude.exe')
    .build()
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, bridge: { enabled: false }, servers }))
  const found: string[] = []
  const see = async (...args: string[]) => {
    const { output } = await place.cli(args, { env: { COLUMNS: String(WIDTH) } })
    found.push(...tooWide(output).map((line) => `${args.join(' ')}: ${line}`))
  }
  for (const { name } of specs) await see(name, '--help')
  await see('--help')
  await see('list')
  await see('sync', '--dry-run')
  await see('sync')
  const file = place.side('windows').here(place.side('windows').clientFile('claude-desktop'))
  writeFileSync(file, JSON.stringify({ mcpServers: {} }))
  chmodSync(file, 0o444)
  for (const args of [
    ['list'],
    ['status', '--client', 'codex'],
    ['sync'],
    ['doctor'],
    ['doctor', '--verbose'],
    ['diff'],
    ['outdated', '--offline'],
    ['secret', 'list'],
    ['secret', 'set', 'WRONG NAME'],
    ['undo', '--list'],
    ['trust', '--list'],
    ['logs'],
    ['remove', 'plain'],
    ['remove', 'nobody'],
    ['enable', 'gone', '--no-try'],
    ['disable', 'gone'],
    ['rename', 'gone', 'back'],
    ['add', 'tavly'],
    ['init', '--dry-run', '--yes', '--offline'],
    ['export', 'out'],
    ['session', 'list'],
    ['undo'],
    ['uninstall'],
    ['uninstall', '--yes'],
    ['uninstall', '--yes'],
  ])
    await see(...args)
  expect(found).toEqual([])
})
