import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const bridge = (place: Scratch, ...flags: string[]) =>
  greeted({ command: nodePath, args: [cliPath, 'serve', '--client', 'claude-desktop', ...flags], env: place.env, cwd: place.root }, 'test')

function machine(bridgePart = '{}'): Scratch {
  const place = scratch()
  place.write('.mcp-twin/mcp-twin.json', `{\n  // mine\n  "version": 1,\n  "servers": {},\n  "bridge": ${bridgePart}\n}\n`)
  mkdirSync(place.path("ana's site/.git"), { recursive: true })
  mkdirSync(place.path("ana's site/src"))
  writeFileSync(place.path("ana's site/src/index.txt"), 'hello\n')
  return place
}

/** The words of the command in a refusal, as a POSIX shell would split them. */
function commandIn(text: string): string[] {
  const [, line = ''] = /(mcp-twin roots add .*)$/m.exec(text) ?? []
  return [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(([, quoted, bare]) => quoted?.replaceAll("'\\''", "'") ?? bare ?? '')
}

describe('a folder outside', () => {
  it('is opened by the command that the refusal names, and a running bridge follows', async () => {
    const place = machine()
    const server = await bridge(place)
    const path = place.path("ana's site/src/index.txt")
    const refused = await server.call('read_file', { path })
    expect(refused.refused).toBe(true)
    const [, ...words] = commandIn(refused.text)
    // The top of its repository.
    expect(words).toEqual(['roots', 'add', realpathSync(place.path("ana's site"))])
    expect(await cli(place, words)).toMatchObject({ code: 0 })
    await expect.poll(async () => (await server.call('read_file', { path })).text).toContain('hello')
    // A comment stays, and missing folders are made.
    expect(readFileSync(place.path('.mcp-twin/mcp-twin.json'), 'utf8')).toContain('// mine')
    expect((await server.call('write_file', { path: place.path("ana's site/a/b/c.txt"), content: 'x' })).text).toContain('Created')
    expect(await cli(place, ['undo', '--yes'])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await server.call('read_file', { path })).refused).toBe(true)
    await server.end()
  })

  it('is listed with the home as ~, and whole for programs', async () => {
    const place = machine()
    mkdirSync(`${place.home}/notes`)
    const listed = '~/notes\n~/.mcp-twin/bridge/workspace  (the workspace, always open)\n'
    expect((await cli(place, ['roots', 'add', `${place.home}/notes`])).stdout).toContain(listed)
    expect((await cli(place, ['roots', 'list'])).stdout).toBe(listed)
    expect((await cli(place, ['roots', 'list', '--json'])).json).toMatchObject({
      roots: [{ path: realpathSync(`${place.home}/notes`) }],
      workspace: `${realpathSync(place.home)}/.mcp-twin/bridge/workspace`,
    })
  })

  it('can be open to reading only', async () => {
    const place = machine()
    const folder = place.path("ana's site")
    expect((await cli(place, ['roots', 'add', folder, '--read-only', '--json'])).json).toMatchObject({
      changed: true,
      roots: [{ path: realpathSync(folder), read_only: true }],
    })
    const server = await bridge(place)
    expect((await server.call('read_file', { path: `${folder}/src/index.txt` })).text).toContain('hello')
    for (const [tool, args] of [
      ['write_file', { path: `${folder}/new.txt`, content: 'x' }],
      ['write_file', { path: `${folder}/src/index.txt`, content: 'x' }],
      ['edit_file', { path: `${folder}/src/index.txt`, edits: [{ old_string: 'hello', new_string: 'x' }] }],
      ['create_directory', { path: `${folder}/d` }],
      ['delete_file', { path: `${folder}/src/index.txt` }],
      ['move_file', { source: `${folder}/src/index.txt`, destination: 'x.txt' }],
      ['copy_file', { source: `${folder}/src/index.txt`, destination: `${folder}/y.txt` }],
    ] as const) {
      const { refused, text } = await server.call(tool, args)
      expect(refused, tool).toBe(true)
      expect(commandIn(text), tool).toEqual(['mcp-twin', 'roots', 'add', realpathSync(folder)])
    }
    expect(await cli(place, ['roots', 'add', folder])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await server.call('write_file', { path: `${folder}/new.txt`, content: 'x' })).refused).toBe(false)
    expect(await cli(place, ['roots', 'remove', folder])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await server.call('read_file', { path: `${folder}/new.txt` })).refused).toBe(true)
    await server.end()
  })

  it('that a flag names is not written into the manifest', async () => {
    const place = machine()
    mkdirSync(place.path('flagged'))
    const server = await bridge(place, '--root', place.path('flagged'))
    const path = place.path("ana's site/src/index.txt")
    expect((await server.call('read_file', { path })).text).toContain('--root')
    await server.end()
  })
})

describe('mcp-twin roots', () => {
  it('refuses in words what cannot be an allowed folder', async () => {
    const place = machine()
    mkdirSync(place.path('.ssh'))
    for (const [words, said] of [
      [['add', place.path('nowhere')], 'no folder'],
      [['add', place.path("ana's site/src/index.txt")], 'is a file'],
      [['add', '/'], 'whole disk'],
      [['add', place.path('.ssh')], 'closed'],
      [['add', place.path('.mcp-twin')], 'closed'],
      [['remove', place.path('nowhere')], 'none of the folders'],
      [['add'], 'roots add needs a folder'],
      [['list', 'x'], "too many arguments for 'roots list'"],
      [['open', 'x'], 'takes list, add or remove'],
      [['remove', 'x', '--read-only'], '--read-only, which belongs to roots add'],
    ] as const) {
      const { code, output } = await cli(place, ['roots', ...words])
      expect(output, words.join(' ')).toContain(said)
      expect(code, words.join(' ')).toBe(2)
    }
    expect((await cli(place, ['roots', '--json'])).json).toMatchObject({ roots: [] })
  })
})
