import { execFileSync } from 'node:child_process'
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type CliResult, cli } from '../../support/cli.ts'
import { sample } from '../../support/runs.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { treeOf } from '../support/place.ts'

const own = '.mcp-twin/mcp-twin.json'
const servers = { a: { command: 'node', args: ['server.js'] } }
const manifest = (more: object = {}) => JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more })
const theirs = '{\n  "mcpServers": { "mine": { "command": "/opt/mine" } }\n}\n'

let place: Scratch
let project: string
beforeEach(() => {
  place = scratch()
  project = place.path('project')
  mkdirSync(`${project}/.git`, { recursive: true })
  mkdirSync(`${project}/.cursor`)
  place.write(own, manifest({ servers: { person: { command: '/opt/person' } } }))
  place.write('project/mcp-twin.json', manifest())
  for (const file of ['.claude.json', 'outside/mcp.json', 'outside/deep/mcp.json']) place.write(file, theirs)
})
const run = (args: readonly string[], cwd = project): Promise<CliResult> => cli(place, args, { cwd })
const link = (at: string, to: string) => {
  rmSync(place.path(at), { recursive: true, force: true })
  symlinkSync(to, place.path(at))
}
/** Everything outside the project and our own folder, as it is now. */
const others = () => treeOf(place.home, ['project', '.mcp-twin'])

describe('a client’s project file that leads out of the project', () => {
  it.each<[string, () => void, string, string]>([
    ['by itself', () => link('project/.cursor/mcp.json', '../../.claude.json'), 'project/.cursor/mcp.json', '.claude.json'],
    ['by an absolute link', () => link('project/.cursor/mcp.json', place.path('.claude.json')), 'project/.cursor/mcp.json', '.claude.json'],
    ['by its folder', () => link('project/.cursor', '../outside'), 'project/.cursor', 'outside'],
    [
      'by a chain, the last link of which leaves',
      () => {
        link('project/one', 'two')
        link('project/two', '../outside')
        link('project/.cursor', 'one')
      },
      'project/.cursor',
      'outside',
    ],
    [
      'by parts that each stay inside',
      () => {
        link('project/up', '..')
        link('project/.cursor', 'up/outside')
      },
      'project/.cursor',
      'outside',
    ],
    ['to a file that is not there', () => link('project/.cursor/mcp.json', '../../new.json'), 'project/.cursor/mcp.json', 'new.json'],
    ['by a folder that is not there', () => link('project/.cursor', '../newfolder'), 'project/.cursor', 'newfolder'],
    [
      'through a folder that is not there',
      () => link('project/.cursor/mcp.json', '../../nowhere/../new.json'),
      'project/.cursor/mcp.json',
      'new.json',
    ],
    [
      'to a folder whose name begins like the project’s',
      () => {
        mkdirSync(place.path('project-evil'))
        link('project/.cursor', '../project-evil')
      },
      'project/.cursor',
      'project-evil',
    ],
  ])('%s is refused with both paths, and all else is done', async (_, plant, from, to) => {
    plant()
    const before = others()
    const { code, json } = await run(['sync', '--json', '--client', 'cursor,claude-code'])
    expect(code).toBe(3)
    const refusal = json.steps.find(({ kind }: { kind: string }) => kind === 'refuse')
    expect(refusal).toMatchObject({ client: 'cursor', outcome: 'refused', server: null })
    expect(refusal.reason).toContain(place.path(from))
    expect(refusal.reason).toContain(`${place.path(to)}, outside the project`)
    expect(others()).toEqual(before)
    expect(place.readJson('project/.mcp.json')).toMatchObject({ mcpServers: { a: { command: 'node' } } })
    expect((await run(['sync', '--check', '--client', 'cursor'])).code).toBe(3)
  })

  it('is not written by force, by adoption, nor by doctor', async () => {
    link('project/.cursor/mcp.json', '../../.claude.json')
    const before = others()
    for (const args of [
      ['sync', '--force'],
      ['sync', '--adopt'],
      ['sync', '--prune', '--yes'],
      ['doctor', '--fix'],
      ['init', '--project', '--yes'],
      ['remove', 'a'],
      ['undo'],
    ]) {
      await run(args)
      expect([args, others()]).toEqual([args, before])
    }
    // What stands behind the link was not even read.
    for (const args of [
      ['sync', '--adopt'],
      ['list', '--json'],
      ['doctor', '--json'],
    ])
      expect((await run(args)).output).not.toContain('/opt/mine')
    expect(place.read('project/mcp-twin.json')).not.toContain('mine')
  })

  it('is not reported as a tracked file with a key', async () => {
    place.write('.mcp-twin/secrets.json', '{"K":"ghp_9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a"}', 0o600)
    place.write('.claude.json', '{"mcpServers":{"a":{"command":"x","env":{"GITHUB_TOKEN":"ghp_9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a"}}}}')
    link('project/.mcp.json', '../.claude.json')
    const git = (...words: string[]) => execFileSync('git', ['-C', project, ...words], { env: place.env, stdio: 'ignore' })
    rmSync(`${project}/.git`, { recursive: true })
    git('init')
    git('add', '-A')
    const { json } = await run(['doctor', '--json', '--check', 'secrets-in-tracked-files'])
    expect(json.findings).toMatchObject([{ level: 'ok' }])
  })

  it('in a circle is refused', async () => {
    link('project/.cursor', '.cursor')
    const { code, stdout } = await run(['sync', '--json', '--client', 'cursor,claude-code'])
    expect([code, stdout]).toEqual([3, expect.stringContaining('links that cannot be followed')])
    expect(place.has('project/.mcp.json')).toBe(true)
  })

  it('is written where the link stays inside', async () => {
    place.write('project/config/mcp.json', '{}')
    link('project/.cursor', 'config')
    expect((await run(['sync', '--client', 'cursor'])).code).toBe(0)
    expect(place.readJson('project/config/mcp.json')).toMatchObject({ mcpServers: { a: {} } })
    expect(readlinkSync(`${project}/.cursor`)).toBe('config')
  })
})

describe('a project’s manifest or lock that leads out of the project', () => {
  it.each(['../.mcp-twin/mcp-twin.json', 'up/.mcp-twin/mcp-twin.json', '../new.json'])('to %s is neither read nor edited', async (to) => {
    link('project/up', '..')
    link('project/mcp-twin.json', to)
    const before = treeOf(place.path('.mcp-twin'))
    const commands = [
      ['sync'],
      ...[['sync', '--check'], ['list'], ['add', 'evil', '--command', '/opt/evil'], ['run', '--project=.', 'person']],
      ...[['trust', '--yes'], ['init', '--project', '--yes'], ['export', 'out'], ['doctor']],
      ['remove', 'person'],
    ]
    // Every command with the first of the links, the first, one between and the last with each.
    for (const args of to === '../.mcp-twin/mcp-twin.json' ? commands : sample(commands, 3)) {
      const { code, output } = await run(args)
      expect([args, code === 0]).toEqual([args, false])
      expect(output).toContain('outside the project')
      expect(output.replaceAll('~', place.home)).toContain(place.path('project/mcp-twin.json'))
      expect(output).not.toContain('/opt/person')
    }
    expect(place.read(own)).toBe(manifest({ servers: { person: { command: '/opt/person' } } }))
    expect(treeOf(place.path('.mcp-twin'))).toEqual(before)
    expect(place.has('new.json')).toBe(false)
    expect(place.has('project/.mcp.json')).toBe(false)
  })

  it('is neither read nor written where the lock alone leads out', async () => {
    place.write('.mcp-twin/mcp-twin.lock.json', '{"version":1,"packages":{}}')
    link('project/mcp-twin.lock.json', '../.mcp-twin/mcp-twin.lock.json')
    const { code, stderr } = await run(['sync'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('outside the project')])
    expect(place.read('.mcp-twin/mcp-twin.lock.json')).toBe('{"version":1,"packages":{}}')
  })

  it('is no excuse to use the manifest of a folder above', async () => {
    rmSync(`${project}/.git`, { recursive: true })
    place.write('project/inner/x', '')
    link('project/inner/mcp-twin.json', '../../nothing.json')
    const { code, stderr } = await run(['sync'], place.path('project/inner'))
    expect([code, stderr]).toEqual([2, expect.stringContaining('outside the project')])
  })

  it('is followed, and edited at its target, where it stays inside', async () => {
    place.write('project/config/twin.json', manifest())
    link('project/mcp-twin.json', 'config/twin.json')
    expect((await run(['add', 'b', '--command', '/bin/true'])).code).toBe(0)
    expect(place.readJson('project/config/twin.json')).toMatchObject({ servers: { a: {}, b: {} } })
  })
})

describe('what was written for a project', () => {
  const synced = async () => expect((await run(['sync', '--client', 'cursor,claude-code'])).code).toBe(0)
  const fill = (folder: string) => {
    for (const name of ['.mcp.json', '.cursor/mcp.json', 'mcp-twin.json']) place.write(`${folder}/${name}`, place.read(`project/${name}`))
  }

  it.each(['undo', 'uninstall'])('%s does not follow a folder that became a link', async (command) => {
    await synced()
    renameSync(place.path('project/.cursor'), place.path('outside/cursor'))
    link('project/.cursor', '../outside/cursor')
    const before = others()
    const { code, output } = await run([command, '--yes'].slice(0, command === 'undo' ? 1 : 2))
    expect([code, output.replace(/\s+/g, ' ')]).toEqual([3, expect.stringContaining('outside the project')])
    expect(others()).toEqual(before)
  })

  it.each([
    ['undo', 'project'],
    ['undo', 'home'],
    ['uninstall', 'home'],
  ])('%s typed in %s does not follow the project’s folder itself', async (command, from) => {
    await synced()
    mkdirSync(place.path('elsewhere/.git'), { recursive: true })
    fill('elsewhere')
    rmSync(project, { recursive: true })
    link('project', 'elsewhere')
    const before = others()
    const { code, output } = await run([command, ...(command === 'undo' ? [] : ['--yes'])], from === 'home' ? place.home : project)
    expect([code, output.replace(/\s+/g, ' ')]).toEqual([3, expect.stringContaining('outside the project')])
    expect(others()).toEqual(before)
  })

  it('undo does not write through a link at .mcp.json, also inside the project', async () => {
    await synced()
    renameSync(place.path('project/.mcp.json'), place.path('project/kept.json'))
    link('project/.mcp.json', 'kept.json')
    const before = place.read('project/kept.json')
    const { code, output } = await run(['undo'])
    expect([code, output.replace(/\s+/g, ' ')]).toEqual([3, expect.stringContaining('symbolic link')])
    expect(place.read('project/kept.json')).toBe(before)
  })

  it('undo of a manifest does not follow its link', async () => {
    expect((await run(['add', 'b', '--command', '/bin/true'])).code).toBe(0)
    place.write('outside/twin.json', place.read('project/mcp-twin.json'))
    link('project/mcp-twin.json', '../outside/twin.json')
    const before = others()
    expect((await run(['undo'], place.home)).code).toBe(3)
    expect(others()).toEqual(before)
  })
})

describe('an export in a project', () => {
  it.each([
    ['out', '../outside'],
    ['out/linux', '../../outside'],
  ])('does not leave it by %s', async (at, to) => {
    mkdirSync(place.path('project/out'), { recursive: true })
    link(`project/${at}`, to)
    const before = others()
    await run(['sync'])
    const { code, stderr } = await run(['export', 'out'])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${place.path('outside')}, outside`)])
    expect(others()).toEqual(before)
  })
})
