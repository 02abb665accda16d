import { expect, it } from 'vitest'
import { world } from '../../support/world.ts'

it('undo takes back every entry but the one that somebody edited since', async () => {
  const place = world().wsl().build()
  const file = '.claude.json'
  place.scratch.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({ version: 1, bridge: { enabled: false }, servers: { a: { command: 'node' }, b: { command: 'node', args: ['x'] } } }),
  )
  place.scratch.write(file, '{ "mcpServers": { "theirs": { "command": "t" } } }\n')
  expect((await place.cli(['sync'])).code).toBe(0)
  place.scratch.write(file, place.scratch.read(file).replace('"x"', '"mine"'))

  const first = await place.cli(['undo', '--json'])
  expect(first.code, first.output).toBe(3)
  expect(first.json.steps).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ client: 'claude-code', server: 'b', outcome: 'refused', hint: expect.stringContaining('--force') }),
      expect.objectContaining({ client: 'claude-code', server: 'a', outcome: 'done' }),
    ]),
  )
  expect(place.scratch.readJson(file)).toEqual({ mcpServers: { theirs: { command: 't' }, b: { command: 'node', args: ['mine'] } } })

  const check = await place.cli(['sync', '--check', '--json'])
  expect(
    check.json.steps.find((step: { client: string; server: string }) => step.client === 'claude-code' && step.server === 'b'),
  ).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('edited by hand'),
  })
  expect((await place.cli(['undo', '--force'])).code).toBe(0)
  expect(place.scratch.readJson(file)).toEqual({ mcpServers: { theirs: { command: 't' } } })
  expect(await place.cli(['undo'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to undo') })
})

it.each(['undo', 'uninstall'])('%s leaves in an entry that was not ours what its owner added to it since', async (command) => {
  const place = world().wsl().build()
  const file = '.claude.json'
  place.scratch.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({ version: 1, bridge: { enabled: false }, servers: { a: { command: 'node' } } }),
  )
  place.scratch.write(file, '{ "mcpServers": { "a": { "command": "old", "timeout": 5 } } }\n')
  expect((await place.cli(['sync', '--force'])).code).toBe(0)
  place.scratch.write(file, place.scratch.read(file).replace('"timeout": 5', '"timeout": 9, "alwaysAllow": ["x"]'))
  const { code, output } = await place.cli([command, '--yes'])
  expect(code, output).toBe(0)
  expect(place.scratch.readJson(file)).toEqual({ mcpServers: { a: { command: 'old', timeout: 9, alwaysAllow: ['x'] } } })
})

it('undo, typed in a project, shows what it does to the manifest of the user', async () => {
  const place = world().wsl().build()
  const own = '.mcp-twin/mcp-twin.json'
  const before = JSON.stringify({ version: 1, bridge: { enabled: false }, servers: {} })
  place.scratch.write(own, before)
  place.scratch.write('project/mcp-twin.json', JSON.stringify({ version: 1, servers: {} }))
  place.scratch.write('project/.git/HEAD', 'ref: refs/heads/main')
  const typed = (args: readonly string[]) => place.cli(args, { cwd: `${place.scratch.home}/project` })
  expect((await typed(['roots', 'add', `${place.scratch.home}/project`])).code).toBe(0)
  expect(place.scratch.read(own)).not.toBe(before)
  expect((await typed(['undo', '--dry-run'])).stdout).toMatch(/mcp-twin\.json[\s\S]*restored byte for byte[\s\S]*1 step to do/)
  expect((await typed(['undo'])).stdout).toMatch(/mcp-twin\.json[\s\S]*restored byte for byte[\s\S]*1 file restored/)
  expect(place.scratch.read(own)).toBe(before)
})
