import { beforeAll, describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { type Planted, world } from '../../support/world.ts'

let place: Planted
beforeAll(() => {
  place = world().wsl().windows().build()
})
const run = (...args: string[]) => place.cli([...args, '--json'])

describe('an error under --json', () => {
  it('has every field, null where there is nothing to say', async () => {
    const { code, json } = await run('sync')
    expect(code).toBe(2)
    expect(json).toEqual({
      command: 'sync',
      error: {
        code: 'usage',
        message: expect.stringContaining('No manifest'),
        file: null,
        line: null,
        column: null,
        hint: 'mcp-twin init',
      },
    })
  })

  it('names file, line and column where one is to blame', async () => {
    place.scratch.write('broken.json', '{\n  "version": 1,\n  "servrs": {}\n}')
    const { code, json } = await run('list', '--manifest', 'broken.json')
    expect(code).toBe(2)
    expect(json.error).toMatchObject({ line: 3, column: 3, message: expect.stringContaining('"servers"') })
    expect(json.error.file).toBe(place.scratch.path('broken.json'))
  })

  it('names the command wherever the flags stand, and by its own name', async () => {
    expect((await run('--manifest', 'x', '--client=cursor', 'sync', '--nope')).json).toMatchObject({
      command: 'sync',
      error: { hint: 'mcp-twin sync --help' },
    })
    expect((await run('--on', 'wsl', 'status', '--nope')).json.command).toBe('list')
    expect((await run('--quiet', 'snyc')).json).toMatchObject({ command: 'snyc', error: { code: 'usage' } })
  })
})

describe('stdout under --json', () => {
  it('is a document without a command too', async () => {
    const { code, json } = await run()
    expect(code).toBe(2)
    expect(json.error).toMatchObject({ code: 'usage', hint: 'mcp-twin --help' })
  })

  it('is a document for --version and --help', async () => {
    const { stdout } = await place.cli(['--version'])
    expect((await run('--version')).json).toEqual({ command: 'version', version: stdout.trim() })
    expect((await run('sync', '--help')).json).toMatchObject({ command: 'help', text: expect.stringContaining('Examples:') })
  })

  it('is not requested by --json among the words of an added program', async () => {
    const { code, stdout } = await place.cli(['add', 'x', '--nope', '--command', 'node', '--', '--json'])
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })
})

describe('every command under --json', () => {
  /** With which arguments a command does its work; one that is missing here is run without any. */
  const lines: Readonly<Record<string, readonly string[][]>> = {
    init: [['--yes', '--no-install']],
    sync: [['--check'], []],
    add: [['first', '--command', 'node', '--no-sync']],
    remove: [['second', '--no-sync']],
    enable: [['first', '--no-sync']],
    disable: [['first', '--no-sync']],
    rename: [['first', 'second', '--no-sync']],
    diff: [['first']],
    secret: [['list'], ['set', 'A_KEY']],
    undo: [['--list'], []],
    session: [['new', '--ttl', '30m'], ['list']],
    export: [['exported']],
    trust: [['--list']],
    completion: [['bash']],
    ui: [['--no-open', '--idle', '1s']],
    uninstall: [['--yes']],
  }

  it('names itself in its document, and writes nothing on stderr', async () => {
    const planted = world().wsl().windows().build()
    const order = [
      'add',
      ...specs.map(({ name }) => name).filter((name) => !['add', 'remove', 'uninstall'].includes(name)),
      'remove',
      'uninstall',
    ]
    for (const name of order) {
      for (const args of lines[name] ?? [[]]) {
        const { stdout, stderr, output } = await planted.cli([name, ...args, '--json', '--offline'], { input: 'zz-value-1234\n' })
        expect(JSON.parse(stdout).command, `${name} ${args.join(' ')}\n${output}`).toBe(name)
        expect(stderr, `${name} ${args.join(' ')}`).toBe('')
      }
    }
  })
})
