import { beforeAll, describe, expect, it } from 'vitest'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { codeFile, contentOf, type Home, quickHome, settingsFor, tinyRegistry } from '../support/place.ts'

const manifest = '.mcp-twin/mcp-twin.json'
const must = async (place: Home, ...args: string[]) => {
  const { code, output } = await place.run(args)
  expect([0, 3], output).toContain(code)
  return output
}
const runOf = (output: string) => /run (\d{8}-\d{6}-[0-9a-f]{4})/.exec(output)?.[1]

/** Servers added one after another. */
async function withAdded(...names: string[]): Promise<Home> {
  const place = quickHome()
  place.write(codeFile, '{"mcpServers":{}}')
  place.manifest({})
  for (const name of names) await must(place, 'add', name, '--command', '/opt/thing', '--', name)
  return place
}
const edit = (place: Home, from: string, to: string) => place.write(manifest, place.read(manifest).replace(from, to))

describe('undo of runs behind a manifest that was edited by hand', () => {
  it('takes one run after another back, and every edit of the person stays', async () => {
    const place = await withAdded('one', 'two', 'three')
    edit(place, '"version": 1', '// mine\n  "version": 1')
    edit(place, '"enabled": false', '"enabled": false, "readOnly": true')
    for (const left of [['one', 'two'], ['one'], []]) {
      const output = await must(place, 'undo')
      expect(output).toMatch(/run \S+ undone; keys and packages are kept/)
      expect(Object.keys(place.servers(codeFile))).toEqual(left)
      const text = place.read(manifest)
      expect(text).toContain('// mine')
      expect(text).toContain('"readOnly": true')
      expect(['one', 'two', 'three'].filter((name) => text.includes(`"${name}"`))).toEqual(left)
    }
    expect((await place.json(['sync'])).inSync).toBe(true)
  })

  it('brings back what a run changed or removed in it', async () => {
    const place = await withAdded('one', 'two')
    await must(place, 'remove', 'one')
    edit(place, '"version": 1', '// mine\n  "version": 1')
    await must(place, 'undo')
    expect(place.servers(codeFile)).toMatchObject({ one: { args: ['one'] }, two: {} })
    expect(place.read(manifest)).toMatch(/\/\/ mine[\s\S]*"two"[\s\S]*"one"/)
    expect((await place.json(['sync', '--check'])).inSync).toBe(true)
  })

  it('changes nothing where the manifest cannot be read, and names what is wrong in it', async () => {
    const place = await withAdded('one', 'two')
    edit(place, '"version": 1', '"version": 1, "nonsense": true')
    const { code, output } = await place.run(['undo'])
    // A manifest that cannot be read stops the command, in words, before anything is changed.
    expect([2, 3]).toContain(code)
    expect(output).not.toMatch(/run \S+ undone;/)
    expect(output).toContain('nonsense')
  })

  it('keeps a server that was edited there since, names it, and takes it back with --force alone', async () => {
    const place = await withAdded('one')
    await must(place, 'add', 'two', '--command', '/opt/thing', '--', 'second')
    edit(place, '"second"', '"by hand"')
    const before = place.read(manifest)
    for (const args of [['undo', '--dry-run'], ['undo']]) {
      const { code, output } = await place.run(args)
      expect(code, output).toBe(3)
      expect(output).toMatch(/"two" was edited since/)
      expect(place.read(manifest)).toBe(before)
    }
    await must(place, 'undo', '--force')
    expect(Object.keys(JSON.parse(place.read(manifest)).servers)).toEqual(['one'])
  })

  it('takes the other servers of that run back all the same', async () => {
    const place = await withAdded('one')
    place.write(
      'more.txt',
      JSON.stringify({ mcpServers: { two: { command: '/opt/thing' }, three: { command: '/opt/thing', args: ['x'] } } }),
    )
    const added = await place.run(['add', '-', '--yes'], { input: place.read('more.txt') })
    expect([0, 3], added.output).toContain(added.code)
    edit(place, '"x"', '"by hand"')
    const { code, output } = await place.run(['undo'])
    expect(code, output).toBe(3)
    expect(output).toMatch(/"three" was edited since/)
    expect(JSON.parse(place.read(manifest)).servers).toMatchObject({ one: {}, three: { args: ['by hand'] } })
    expect(place.read(manifest)).not.toContain('"two"')
  })

  it('takes back what later runs of ours changed in the same server', async () => {
    const place = await withAdded('one', 'two')
    await must(place, 'disable', 'two')
    edit(place, '"version": 1', '// mine\n  "version": 1')
    await must(place, 'undo')
    expect(place.read(manifest)).not.toContain('disabled')
    await must(place, 'undo')
    expect(place.read(manifest)).not.toContain('"two"')
    expect(place.read(manifest)).toContain('// mine')
  })

  it('shows with --dry-run what it would do, changes nothing, and then does just that', async () => {
    const place = await withAdded('one', 'two')
    edit(place, '"version": 1', '// mine\n  "version": 1')
    const before = contentOf(place.home, ['.mcp-twin/cache.json'])
    const shown = await place.json(['undo', '--dry-run'])
    expect(contentOf(place.home, ['.mcp-twin/cache.json'])).toEqual(before)
    expect(shown).toMatchObject({ code: 0, changed: false, run: null })
    expect(new Set(shown.steps.map(({ outcome }) => outcome))).toEqual(new Set(['planned']))
    const done = await place.json(['undo'])
    expect(done.steps.map((step) => ({ ...step, outcome: 'planned' }))).toEqual(shown.steps)
  })

  it('counts a run as undone only when it is, and keeps older runs within reach', async () => {
    const place = await withAdded('one', 'two')
    place.write(codeFile, JSON.stringify({ mcpServers: { ...place.servers(codeFile), two: { command: '/opt/thing', args: ['edited'] } } }))
    const first = await place.run(['undo'])
    expect(first.code, first.output).toBe(3)
    expect(first.output.replace(/\s+/g, ' ')).toMatch(
      /(undone in part|nothing of run \S+ could be undone): see above; to undo the run before it: mcp-twin undo \S+/,
    )
    const [, older = ''] = /the run before it: mcp-twin undo (\d{8}-\S+)/.exec(first.output.replace(/\s+/g, ' ')) ?? []
    expect(older).not.toBe(runOf(first.output))
    await must(place, 'undo', older)
    expect(Object.keys(place.servers(codeFile))).toEqual(['two'])
  })
})

describe('undo of an uninstall', () => {
  let registry: MiniRegistry
  beforeAll(async () => {
    registry = await tinyRegistry()
  })

  it('names a command that installs what is missing', async () => {
    const place = quickHome({ npmrc: settingsFor(registry) })
    place.write(codeFile, '{"mcpServers":{}}')
    place.manifest({ tiny: { package: 'tiny-server@1.0.0' } })
    await must(place, 'sync')
    const before = place.read(codeFile)
    await must(place, 'uninstall', '--yes')
    const { code, output } = await place.run(['undo'])
    const said = output.replace(/\s+/g, ' ')
    expect(code, output).toBe(3)
    expect(said).not.toContain('packages are kept')
    expect(said).toContain('programs that these entries start are not installed. To install them: mcp-twin sync')
    expect(place.read(codeFile)).toBe(before)
    expect((await place.json(['sync'])).inSync).toBe(true)
    expect(place.has('.mcp-twin/npm/tiny-server@1.0.0')).toBe(true)
  })

  it('has an alternative that uninstall names, which imports the same servers again', async () => {
    const place = quickHome({ npmrc: settingsFor(registry) })
    place.write(codeFile, '{"mcpServers":{"tiny":{"command":"npx","args":["-y","tiny-server"]}}}')
    await must(place, 'init', '--yes', '--no-bridge')
    const said = await must(place, 'uninstall', '--yes')
    expect(place.read(codeFile)).toBe('{"mcpServers":{"tiny":{"command":"npx","args":["-y","tiny-server"]}}}')
    const [, way = ''] = /again:\n *npx mcp-twin (sync[ \w-]*)$/m.exec(said) ?? []
    await must(place, ...way.split(' '))
    expect((await place.json(['sync', '--check'])).inSync).toBe(true)
    expect(place.read(codeFile)).toContain('.mcp-twin/npm/')
  })
})
