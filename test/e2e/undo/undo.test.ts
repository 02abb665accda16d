import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { restored } from '../../support/restored.ts'
import { runs } from '../../support/runs.ts'
import { codeFile, contentOf, cursorFile, expectTidy, type Home, quickHome, oldFile, stepsAs } from '../support/place.ts'

const server = (word: string) => ({ command: '/opt/thing', args: [word] })
const theirs =
  '{\r\n\t"numbers": [1.0, 1E400, -0],\r\n\t"mcpServers": {\r\n\t\t"foreign": {"command": "f", "env": {}}\r\n\t}, "z": "\\u0063"\r\n}'

/** Everything of a home but what undo leaves in place: keys, backups, locks, packages. */
const content = (place: Home) => {
  const kept = ['secrets.json', 'backups', 'locks', 'npm', 'app', 'bin', 'cache.json', 'state.json', 'launches.json']
  return contentOf(
    place.home,
    kept.map((name) => `.mcp-twin/${name}`),
  )
}

function withTheirs(): Home {
  const place = quickHome()
  place.write(codeFile, theirs, 0o640)
  place.write(cursorFile, '{\n  // theirs\n  "mcpServers": {\n  }\n}')
  place.manifest({})
  return place
}

const run = async (place: Home, ...args: string[]) => {
  const result = await place.run(args)
  expect(result, result.output).toMatchObject({ code: 0 })
}

/** The same with a server that was added. */
const withServer = restored(
  async () => {
    const place = withTheirs()
    await run(place, 'add', 'a', '--command', '/opt/thing')
    return place
  },
  ({ root }) => root,
)

describe('undo', () => {
  it('brings every file back byte for byte, with its mode; what a run made goes again', async () => {
    const place = withTheirs()
    const before = content(place)
    expect(before.has('.config')).toBe(false)
    await run(place, 'add', 'a', '--command', '/opt/thing', '--env', 'K={secret:A_KEY}', '--no-sync')
    expect(await place.json(['sync'], { env: { MCP_TWIN_SECRET_A_KEY: 'k-0123456789' } })).toMatchObject({ code: 0, inSync: true })
    expect(statSync(place.path(codeFile)).mode & 0o777).toBe(0o600)
    expect(statSync(place.path('.mcp-twin/backups')).mode & 0o077).toBe(0)
    const document = await place.json(['undo'])
    expect(document).toMatchObject({ code: 0, command: 'undo', changed: true, run: expect.any(String) })
    expect(stepsAs(document)).toEqual(
      expect.arrayContaining(['write claude-code a update done', 'remove claude-code-config a remove done', 'write cursor a update done']),
    )
    expect(statSync(place.path(codeFile)).mode & 0o777).toBe(0o640)
    await run(place, 'undo')
    expect(content(place)).toEqual(before)
    expect(await place.run(['undo'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to undo') })
    expectTidy(place.home)
  })

  it('names the keys that stay and that nothing uses any more, with the command that removes them', async () => {
    const place = quickHome()
    place.write(cursorFile, JSON.stringify({ mcpServers: { a: { command: '/opt/thing', env: { A_API_KEY: 'a-key-0123456789abcdef' } } } }))
    await place.run(['init', '--yes', '--offline', '--no-bridge'])
    expect((await place.run(['secret', 'list'])).stdout).toContain('A_API_KEY')
    const undone = await place.run(['undo'])
    expect([undone.code, undone.output.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringMatching(/to remove A_API_KEY, which no server uses now: \S*mcp-twin\S* secret remove A_API_KEY/),
    ])
    // What is used is not spoken of, and what cannot be read is no trouble of undo.
    await place.run(['init', '--yes', '--offline', '--no-bridge'])
    const again = await place.run(['disable', 'a'])
    expect(again.code).toBe(0)
    expect((await place.run(['undo'])).output).not.toContain('to remove')
    place.write('.mcp-twin/secrets.json', '{')
    const damaged = (await place.run(['undo'])).output
    expect(damaged).toContain('undone')
    expect(damaged).not.toContain('to remove')
  })

  it('is itself a run that can be undone', async () => {
    const place = await withServer()
    const added = content(place)
    await run(place, 'undo')
    const { runs } = JSON.parse((await place.run(['undo', '--list', '--json'])).stdout)
    expect(runs).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        command: 'undo',
        files: expect.any(Array),
        changes: expect.any(Array),
      },
      {
        ...{ id: expect.any(String), at: expect.any(String), command: 'add', files: expect.arrayContaining([place.path(codeFile)]) },
        changes: expect.arrayContaining([expect.objectContaining({ server: 'a', change: 'add', fields: ['command', 'args'] })]),
      },
    ])
    await run(place, 'undo', runs[0].id)
    expect(content(place)).toEqual(added)
    expect((await place.run(['sync', '--check'])).code).toBe(0)
    expect((await place.run(['undo', 'nonsense'])).code).toBe(2)
  })

  it('removes only our entries where the program has written since', async () => {
    const place = await withServer()
    place.write(codeFile, place.read(codeFile).replace('[1.0, 1E400, -0]', '[2.0]').replace('"f"', '"f2"'))
    await run(place, 'undo')
    expect(place.read(codeFile)).toBe(theirs.replace('[1.0, 1E400, -0]', '[2.0]').replace('"f"', '"f2"'))
    expect(place.read(cursorFile)).toBe('{\n  // theirs\n  "mcpServers": {\n  }\n}')
  })

  it('does not claim to restore a file whose entries are as before', async () => {
    const place = await withServer()
    for (const file of [codeFile, cursorFile, oldFile]) place.write(file, '{}')
    const text = (await place.run(['undo'])).output
    expect(text).not.toContain('our entries were restored')
    expect(text).toMatch(/nothing to write \(already as before\)/)
    // The manifest alone is back.
    expect(text).toContain('1 file restored.')
    for (const file of [codeFile, cursorFile, oldFile]) expect(place.read(file)).toBe('{}')
  })

  it('refuses an entry that somebody edited since, unless forced', async () => {
    const edited = async () => {
      const place = await withServer()
      place.write(codeFile, place.read(codeFile).replace('/opt/thing', '/opt/edited'))
      return place
    }
    const place = await edited()
    const text = place.read(codeFile)
    const document = await place.json(['undo'])
    expect(document.code).toBe(3)
    const refused = document.steps.filter((step) => step.outcome === 'refused')
    expect(refused).toEqual([
      expect.objectContaining({
        client: 'claude-code',
        reason: expect.stringContaining('edited since'),
        hint: expect.stringContaining('--force'),
      }),
    ])
    expect(place.read(codeFile)).toBe(text)
    expect(place.has(oldFile)).toBe(false)
    const forced = await edited()
    await run(forced, 'undo', '--force')
    expect(forced.read(codeFile)).toBe(theirs)
  })

  it('brings what was changed and removed back, too', async () => {
    const place = withTheirs()
    place.manifest({ a: server('1'), b: server('2') })
    await run(place, 'sync')
    const before = content(place)
    place.manifest({ a: server('3') })
    await run(place, 'sync')
    expect(place.servers(codeFile)).not.toHaveProperty('b')
    await run(place, 'undo')
    place.manifest({ a: server('1'), b: server('2') })
    expect(new Map([...content(place)].map(([name, text]) => [name, text]))).toEqual(before)
    expect((await place.run(['sync', '--check'])).code).toBe(0)
  })

  it('refuses a backup that was tampered with, and changes nothing', async () => {
    const place = await withServer()
    const [id = ''] = readdirSync(place.path('.mcp-twin/backups'))
    const stored = readdirSync(place.path('.mcp-twin/backups', id)).find((name) => name.includes('claude.json')) ?? ''
    for (const [file, change] of [
      [stored, (text: string) => text.replace('"f"', '"evil"')],
      ['index.json', (text: string) => text.replace('"folders": 0', '"folders": 3')],
      ['index.json', () => 'nonsense'],
    ] as const) {
      const path = `.mcp-twin/backups/${id}/${file}`
      const good = place.read(path)
      expect(change(good)).not.toBe(good)
      place.write(path, change(good))
      const before = content(place)
      const result = await place.run(['undo', '--json'])
      expect(result).toMatchObject({ code: 1, json: { error: { code: 'backup-damaged' } } })
      expect(content(place)).toEqual(before)
      place.write(path, good)
    }
    rmSync(join(place.path('.mcp-twin/backups', id), stored))
    expect((await place.run(['undo'])).code).toBe(1)
  })

  it('keeps the newest thirty runs', async () => {
    const place = quickHome()
    const sync = async (word: string) => {
      place.manifest({ a: server(word) })
      await run(place, 'sync')
    }
    const list = async (): Promise<{ id: string }[]> => JSON.parse((await place.run(['undo', '--list', '--json'])).stdout).runs
    await sync('1')
    const [first] = await list()
    // What twenty-nine further syncs leave: as many as are kept.
    const began = Date.now()
    for (let round = 1; round < 30; round++) {
      const more = openRun(nodeSystem(), reachable(place.path('.mcp-twin/backups')), { command: 'sync', at: began + round * 1000 })
      const backup = more.forFile({ environment: 'linux', client: 'cursor', file: place.path(cursorFile), entries: [] })
      await backup.save({ bytes: Buffer.from('{}'), mode: 0o600, after: null, folders: 0 })
      await backup.wrote()
      await more.finish()
    }
    const full = await list()
    expect([full.length, full.at(-1)]).toEqual([30, first])
    await sync('2')
    await sync('3')
    const kept = await list()
    expect(kept).toHaveLength(30)
    expect(kept.slice(2)).toEqual(full.slice(0, 28))
    await run(place, 'undo')
    expect(place.servers(codeFile)).toEqual({ a: server('2') })
  })

  it('refuses a file that may not be written now, keeps its record, and can be asked again', async () => {
    const place = await withServer()
    chmodSync(place.path(codeFile), 0o444)
    const document = await place.json(['undo'])
    expect(document.code).toBe(3)
    expect(place.has(oldFile)).toBe(false)
    chmodSync(place.path(codeFile), 0o640)
    expect((await place.json(['undo'])).code).toBe(0)
    expect(place.read(codeFile)).toBe(theirs)
  })

  it('leaves a folder that others use', async () => {
    const place = await withServer()
    mkdirSync(place.path('.config/claude/theirs'))
    await run(place, 'undo')
    expect(place.has('.config/claude/theirs')).toBe(true)
    expect(place.has(oldFile)).toBe(false)
  })
})

/** What a person does, one after the other; whether each succeeds depends on what came before. */
const names = ['a', 'b', 'c'] as const
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), name: fc.constantFrom(...names), word: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'disable' as const, 'enable' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('rename' as const), name: fc.constantFrom(...names), to: fc.constantFrom(...names) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const words = (each: Step): string[] =>
  each.kind === 'add'
    ? ['add', '--json', each.name, '--command', '/opt/thing', '--', each.word]
    : each.kind === 'rename'
      ? ['rename', '--json', each.name, each.to]
      : [each.kind, '--json', each.name]

const sequences = runs(2)

describe('any sequence of commands and as many undos', () => {
  it(`ends at the first bytes (${sequences} sequences)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const place = withTheirs()
        const before = content(place)
        let changes = 0
        for (const each of steps) {
          const result = await place.run(words(each))
          expect([0, 2]).toContain(result.code)
          if (result.code === 0 && result.json.run !== null) changes++
        }
        for (let undone = 0; undone < changes; undone++) await run(place, 'undo')
        expect(content(place)).toEqual(before)
        expectTidy(place.home)
        place.remove()
      }),
      { numRuns: sequences },
    )
  })
})
