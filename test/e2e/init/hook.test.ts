import { spawnSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { putProgram } from '../../support/own-program.ts'
import { restored } from '../../support/restored.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { lacksTerminal, type Terminal, terminal } from '../../support/terminal.ts'
import { documentOf } from '../support/place.ts'

const settings = '.claude/settings.json'
const theirs =
  '{\r\n\t"model": "opus",\r\n\t"hooks": {"SessionStart": [{"matcher": "startup", "hooks": [{"type": "command", "command": "echo hello"}]}]},\r\n\t"n": 1e3\r\n}\r\n'
const init = ['init', '--yes', '--no-import', '--offline']

const commands = (place: Scratch): string[] =>
  JSON.parse(place.read(settings)).hooks.SessionStart.flatMap(({ hooks }: { hooks: { command: string }[] }) =>
    hooks.map(({ command }) => command),
  )

/** A home that has the program's files. */
function home(): Scratch {
  const place = scratch()
  putProgram(place.path('.mcp-twin'))
  return place
}

/** A home after init, with what its settings were before. */
const after = (before?: string): (() => Promise<Scratch>) =>
  restored(
    async () => {
      const place = home()
      if (before !== undefined) place.write(settings, before)
      const done = await cli(place, [...init, '--hook'])
      expect(done.code, done.output).toBe(0)
      return place
    },
    ({ root }) => root,
  )
const withHook = after(theirs)
const withOurHookAlone = after()

/** As Claude Code runs it, which takes any other end than 0 for an error. */
const runHook = (place: Scratch, command: string) => {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    env: { PATH: '/usr/bin:/bin', HOME: place.home },
    input: '{}',
  })
  return { status, output: `${stdout}${stderr}` }
}

const record = (place: Scratch) => (place.readJson('.mcp-twin/state.json') as { hook?: object }).hook

describe('init with --hook', () => {
  it('adds one hook behind those of others, which says what waits and always ends well', async () => {
    const place = await withHook()
    const [other, ours = ''] = commands(place)
    expect(other).toBe('echo hello')
    expect(place.read(settings)).toMatch(/^\{\r\n\t"model": "opus",[\s\S]*\r\n\t"n": 1e3\r\n\}\r\n$/)
    expect(record(place)).toMatchObject({ client: 'claude-code', file: place.path(settings), made: [] })
    expect(runHook(place, ours)).toEqual({ status: 0, output: '' })
    await cli(place, ['handoff', 'new', 'A title', '--goal', 'g'])
    expect(runHook(place, ours)).toEqual({ status: 0, output: 'mcp-twin: 1 handoff waits for you: call inbox.\n' })
    // Nothing is left to do a second time.
    const again = documentOf(await cli(place, [...init, '--hook', '--json']))
    expect(again).toMatchObject({ changed: false, run: null, inSync: true })
    for (const gone of ['.mcp-twin/app', '.mcp-twin']) {
      rmSync(place.path(gone), { recursive: true })
      expect(runHook(place, ours)).toEqual({ status: 0, output: '' })
    }
  })

  it('is taken back by undo, also where Claude Code has written its settings since', async () => {
    for (const since of [(text: string) => text, (text: string) => text.replace('"opus"', '"sonnet"')]) {
      const place = await withHook()
      place.write(settings, since(place.read(settings)))
      const undone = await cli(place, ['undo', '--json'])
      expect(undone.code, undone.output).toBe(0)
      expect(place.read(settings)).toBe(since(theirs))
      expect(place.has('.mcp-twin/state.json') && record(place)).toBeFalsy()
    }
  })

  it.each([
    ['with settings', theirs, withHook],
    ['without a file', undefined, withOurHookAlone],
    ['without hooks', '{}', after('{}')],
  ])('is taken away by uninstall, and nothing else: %s', async (_title, before, make) => {
    const place = await make()
    const shown = place.read(settings)
    const planned = await cli(place, ['uninstall', '--dry-run', '--json'])
    expect(planned.json.steps).toContainEqual(expect.objectContaining({ server: 'SessionStart hook', kind: 'remove', outcome: 'planned' }))
    expect(place.read(settings)).toBe(shown)
    const gone = await cli(place, ['uninstall', '--yes', '--json'])
    expect(gone.code, gone.output).toBe(0)
    expect(gone.json.steps).toContainEqual(expect.objectContaining({ server: 'SessionStart hook', kind: 'remove', outcome: 'done' }))
    expect(place.has(settings) ? place.read(settings) : undefined).toBe(before)
    expect(place.has('.claude')).toBe(before !== undefined)
    // And the undo of that brings it back.
    const back = await cli(place, ['undo', '--json'])
    // Our program is to be installed again, which its exit code says too.
    expect(back.code, back.output).toBe(3)
    expect(commands(place).at(-1)).toContain('inbox --brief')
    expect(record(place)).toMatchObject({ client: 'claude-code' })
  })

  it('leaves a hook that a person has edited, when it uninstalls', async () => {
    const place = await withOurHookAlone()
    const edited = place.read(settings).replace('"timeout": 10', '"timeout": 99')
    place.write(settings, edited)
    expect((await cli(place, ['doctor', '--check', 'claude-code-hook'])).stdout).toContain('was edited since')
    expect((await cli(place, ['uninstall', '--dry-run'])).stdout).toContain('edited since, so it stays')
    const gone = await cli(place, ['uninstall', '--yes'])
    expect(gone.code).toBe(0)
    expect(gone.stdout).toContain('edited since, so it stays')
    expect(place.read(settings)).toBe(edited)
  })

  it('refuses settings that cannot be read, and does the rest', async () => {
    const place = home()
    place.write(settings, '{ "hooks": [] }')
    const done = await cli(place, [...init, '--hook'])
    expect(done.code).toBe(3)
    expect(done.stdout).toMatch(/SessionStart hook +"hooks" is a list, not an object/)
    expect(place.read(settings)).toBe('{ "hooks": [] }')
    expect(place.has('.claude.json')).toBe(true)
  })

  it('is refused without the bridge, and shown by --dry-run', async () => {
    const place = home()
    expect(await cli(place, [...init, '--hook', '--no-bridge'])).toMatchObject({ code: 2 })
    const { steps } = documentOf(await cli(place, ['init', '--dry-run', '--hook', '--offline', '--json']))
    expect(steps).toContainEqual(expect.objectContaining({ server: 'SessionStart hook', change: 'add', outcome: 'planned' }))
    expect(place.has(settings)).toBe(false)
  })
})

describe('init without --hook', () => {
  it('leaves the settings alone with --yes', async () => {
    const place = home()
    place.write(settings, theirs)
    expect((await cli(place, init)).code).toBe(0)
    expect(place.read(settings)).toBe(theirs)
  })
})

describeUnless(lacksTerminal, 'init on a terminal', () => {
  it('offers the hook with the bridge, shows it in the plan, and asks once', async () => {
    const place = home()
    const begin = async (...words: string[]): Promise<Terminal> => {
      const screen = await terminal(place, ['init', '--offline', ...words])
      await screen.waitFor('More from the list')
      await screen.keys('Enter')
      await screen.waitFor('through the bridge?')
      await screen.keys('Enter')
      await screen.waitFor('may both work in?')
      await screen.keys('Enter')
      await screen.waitFor('run commands here?')
      await screen.keys('Enter')
      return screen
    }
    const screen = await begin()
    await screen.waitFor('a hook to ~/.claude/settings.json')
    await screen.keys('n', 'Enter')
    await screen.waitFor('Go ahead?')
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(place.has(settings)).toBe(false)
    const second = await begin('--hook')
    await second.waitFor('Go ahead?')
    expect(await second.history()).toMatch(/settings\.json\n +\+ SessionStart hook +add/)
    await second.keys('Enter')
    expect(await second.exit()).toBe(0)
    expect(commands(place)).toHaveLength(1)
    const third = await begin()
    expect(await third.exit()).toBe(0)
    expect(await third.history()).not.toContain('a hook to')
  })
})

describe('the check claude-code-hook', () => {
  it('says that the hook is gone, and its command brings it back', async () => {
    const place = await withHook()
    const look = async () => (await cli(place, ['doctor', '--check', 'claude-code-hook', '--json'])).json.findings
    expect(await look()).toMatchObject([{ level: 'ok' }])
    expect(statSync(place.path(settings)).mode & 0o777).toBe(0o644)
    place.write(settings, theirs)
    const [{ level, fix }] = await look()
    expect(level).toBe('warning')
    expect((await cli(place, [...fix.split(' ').slice(1), '--offline'])).code).toBe(0)
    expect(await look()).toMatchObject([{ level: 'ok' }])
    place.write(settings, place.read(settings).replace('{', '{ "disableAllHooks": true,'))
    expect(await look()).toMatchObject([{ level: 'info', message: expect.stringContaining('switched off') }])
  })
})
