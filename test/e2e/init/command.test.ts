import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, type CliOptions, cliPath } from '../../support/cli.ts'
import { projectFolder, toolPath } from '../../support/machine.ts'
import { putProgram } from '../../support/own-program.ts'
import { restored } from '../../support/restored.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const command = '.local/bin/mcp-twin'
const init = ['init', '--yes', '--no-import', '--no-bridge', '--offline']

/** The PATH of a terminal in which `~/.local/bin` is. */
const pathOf = (place: Scratch, ...first: string[]): string => [...first, toolPath, place.path('.local/bin')].join(':')
const run = (place: Scratch, args: readonly string[], options: CliOptions = {}) =>
  cli(place, args, { ...options, env: { PATH: pathOf(place), ...options.env } })

function home(): Scratch {
  const place = scratch()
  putProgram(place.path('.mcp-twin'))
  return place
}

const withCommand = restored(
  async () => {
    const place = home()
    const done = await run(place, init)
    expect(done.code, done.output).toBe(0)
    expect(place.has(command), done.output).toBe(true)
    return place
  },
  ({ root }) => root,
)

const recorded = (place: Scratch): unknown => (place.readJson('.mcp-twin/state.json') as { commands?: unknown }).commands
const look = async (place: Scratch, options: CliOptions = {}) =>
  (await run(place, ['doctor', '--check', 'command-on-path', '--json'], options)).json.findings

describe('init on a side whose PATH has ~/.local/bin', () => {
  it('puts a command there that starts the program in every folder', async () => {
    const place = await withCommand()
    expect(statSync(place.path(command)).mode & 0o777).toBe(0o755)
    mkdirSync(place.path('work'), { recursive: true })
    const typed = spawnSync('sh', ['-c', 'mcp-twin list'], { cwd: place.path('work'), env: { ...place.env, PATH: pathOf(place) } })
    expect(String(typed.stderr)).toBe('')
    expect(typed.status).toBe(0)
  })

  it('changes nothing when it runs again', async () => {
    const place = await withCommand()
    const before = [place.read(command), recorded(place)]
    expect((await run(place, init)).output).not.toContain('makes mcp-twin a command')
    expect([place.read(command), recorded(place)]).toEqual(before)
  })

  it('shows it with --dry-run, and leaves it out with --no-command', async () => {
    const place = home()
    expect((await run(place, [...init, '--dry-run'])).stdout).toMatch(/~\/\.local\/bin\/mcp-twin\n.*makes mcp-twin a command/)
    expect((await run(place, [...init, '--no-command'])).code).toBe(0)
    expect(place.has('.local')).toBe(false)
  })

  it('is undone with the run', async () => {
    const place = await withCommand()
    expect((await run(place, ['undo'])).code).toBe(0)
    expect(place.has(command)).toBe(false)
  })
})

describe('a place where no command of ours belongs', () => {
  it('stays as it is where its folder is not on PATH', async () => {
    const place = home()
    expect((await cli(place, init)).code).toBe(0)
    expect(place.has('.local')).toBe(false)
  })

  it.each([
    ['a file', (path: string) => writeFileSync(path, '#!/bin/sh\necho theirs\n', { mode: 0o755 })],
    ['a link', (path: string) => symlinkSync('/bin/true', path)],
    ['a link to nothing', (path: string) => symlinkSync('/nowhere/at/all', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('keeps %s of somebody else', async (_what, plant) => {
    const place = home()
    mkdirSync(place.path('.local/bin'), { recursive: true })
    plant(place.path(command))
    const before = execFileSync('ls', ['-l', '--time-style=+', place.path('.local/bin')], { encoding: 'utf8' })
    expect((await run(place, init)).code).toBe(0)
    expect(execFileSync('ls', ['-l', '--time-style=+', place.path('.local/bin')], { encoding: 'utf8' })).toBe(before)
    expect((await run(place, ['uninstall', '--yes'])).code).toBe(0)
    expect(execFileSync('ls', ['-l', '--time-style=+', place.path('.local/bin')], { encoding: 'utf8' })).toBe(before)
  })

  it('stays empty where another mcp-twin is on PATH, but not for the one that npm puts in front for npx', async () => {
    const place = home()
    const plant = (folder: string): string => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'mcp-twin'), '#!/bin/sh\n', { mode: 0o755 })
      return folder
    }
    expect((await run(place, init, { env: { PATH: pathOf(place, plant(place.path('theirs'))) } })).code).toBe(0)
    expect(place.has(command)).toBe(false)
    expect((await run(place, init, { env: { PATH: pathOf(place, plant(place.path('x/node_modules/.bin'))) } })).code).toBe(0)
    expect(place.has(command)).toBe(true)
  })
})

describe('uninstall', () => {
  it('shows the command in its preview and takes it away', async () => {
    const place = await withCommand()
    expect((await run(place, ['uninstall', '--dry-run'])).stdout).toContain('~/.local/bin/mcp-twin')
    expect(place.has(command)).toBe(true)
    const done = await run(place, ['uninstall', '--yes'])
    expect(done.code, done.output).toBe(0)
    expect(place.has(command)).toBe(false)
  })

  it('keeps one that was replaced since, and says so', async () => {
    const place = await withCommand()
    place.write(command, '#!/bin/sh\necho theirs\n')
    const done = await run(place, ['uninstall', '--yes'])
    expect(done.code, done.output).toBe(0)
    expect(done.stdout.replace(/\s+/g, ' ')).toContain('is not as it was written, so it stays')
    expect(place.read(command)).toContain('theirs')
  })
})

describe('the check command-on-path', () => {
  it('finds nothing where no command was written', async () => {
    const place = home()
    expect((await cli(place, init)).code).toBe(0)
    expect(await look(place)).toMatchObject([{ level: 'ok', message: '', subject: 'what mcp-twin put on PATH is in order' }])
  })

  it.each([
    ['is as it was written', () => undefined, 'ok', ''],
    ['was removed', (place: Scratch) => rmSync(place.path(command)), 'warning', 'it was removed'],
    ['was replaced', (place: Scratch) => place.write(command, 'theirs'), 'info', 'it is left as it is'],
    [
      'starts another node',
      (place: Scratch) => place.write(command, place.read(command).replace(/^node=.*$/m, "node='/old/node'"), 0o755),
      'warning',
      'no longer in use',
    ],
  ])('tells of one that %s', async (_what, change, level, message) => {
    const place = await withCommand()
    change(place)
    const [found] = await look(place)
    expect(found.level).toBe(level)
    expect(found.message).toContain(message)
  })

  it('tells of a PATH that lacks its folder, and of a program that comes first', async () => {
    const place = await withCommand()
    expect((await look(place, { env: { PATH: toolPath } }))[0].message).toContain('no longer on PATH')
    place.write('first/mcp-twin', '#!/bin/sh\n')
    chmodSync(place.path('first/mcp-twin'), 0o755)
    const [hidden] = await look(place, { env: { PATH: pathOf(place, place.path('first')) } })
    expect(hidden.message).toContain(place.path('first/mcp-twin'))
  })

  it('names a command that puts right what it found', async () => {
    const place = await withCommand()
    rmSync(place.path(command))
    const [{ fix }] = await look(place)
    expect((await run(place, [...fix.split(' ').slice(1), '--offline'])).code).toBe(0)
    expect(place.has(command)).toBe(true)
  })
})

describe('a remedy is typed as it can be typed here', () => {
  const said = async (place: Scratch, options: CliOptions) =>
    (await run(place, ['enable', 'nobody'], { ...options, env: { MCP_TWIN_TYPED: undefined, ...options.env } })).stderr

  it('by its name where that is the command that init wrote', async () => {
    expect(await said(await withCommand(), {})).toMatch(/^ {4}mcp-twin list$/m)
  })

  it('by npx in the checkout', async () => {
    const place = await withCommand()
    expect(await said(place, { cwd: projectFolder, env: { PATH: toolPath } })).toMatch(/^ {4}npx mcp-twin list$/m)
  })

  it('by the path of its launcher elsewhere, and that can be typed', async () => {
    const place = await withCommand()
    const other = { PATH: pathOf(place, place.path('theirs')) }
    place.write('theirs/mcp-twin', '#!/bin/sh\necho not ours\n', 0o755)
    for (const env of [{ PATH: toolPath }, other]) {
      const [, line = ''] = /^ {4}(\S.* list)$/m.exec(await said(place, { env })) ?? []
      expect(line).toBe('~/.mcp-twin/bin/mcp-twin.mjs list')
      const typed = spawnSync('bash', ['-c', line], { cwd: '/', env: { ...place.env, PATH: toolPath } })
      expect(typed.status, String(typed.stderr)).toBe(0)
    }
  })

  it('by the path of the program before anything is installed', async () => {
    const place = scratch()
    const { stderr } = await cli(place, ['enable', 'nobody'], { env: { MCP_TWIN_TYPED: undefined } })
    expect(stderr).toContain(`    ${cliPath} init`)
    const typed = spawnSync('bash', ['-c', `${cliPath} --version`], { env: { ...place.env, PATH: toolPath } })
    expect(typed.status).toBe(0)
  })

  it('leaves JSON as it is', async () => {
    const place = await withCommand()
    const { json } = await run(place, ['enable', 'nobody', '--json'], { env: { PATH: toolPath, MCP_TWIN_TYPED: undefined } })
    expect(json.error.hint).toMatch(/^to see all servers: mcp-twin /)
  })
})
