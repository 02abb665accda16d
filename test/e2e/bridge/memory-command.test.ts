import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { describeUnless } from '../../support/left-out.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'

describe('memory on the command line', () => {
  it('shares its store with the tools of a bridge', async () => {
    const place = scratch()
    const desktop = await greeted(
      { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-desktop'], env: place.env, cwd: place.root },
      'claude-desktop',
    )
    await desktop.call('memory_set', { key: 'auth-approach', value: { method: 'JWT' }, rationale: 'no session store' })
    const got = await cli(place, ['memory', 'get', 'auth-approach'])
    expect(got).toMatchObject({ code: 0, stdout: '{"method":"JWT"}\n' })
    expect(got.stderr).toContain('no session store')
    expect((await cli(place, ['memory', 'get', 'auth-approach', '--json'])).json).toMatchObject({
      ...{ command: 'memory', action: 'get', key: 'auth-approach', found: true, value: { method: 'JWT' }, version: 1 },
      ...{ namespace: 'shared', by: 'claude-desktop' },
    })
    expect((await cli(place, ['memory', 'set', 'port', '4000', '--tag', 'a', '--tag', 'b,c', '--json'])).json).toMatchObject({ version: 1 })
    expect((await desktop.call('memory_get', { key: 'port' })).data).toMatchObject({ value: 4000, tags: ['a', 'b,c'], by: 'terminal' })
    expect((await cli(place, ['memory', 'set', 'port', '4001', '--if-version', '7'])).stderr).toMatch(/at version 1, not 7.*--if-version/s)
    expect((await cli(place, ['memory', 'set', 'note', '-'], { input: 'two\nlines\n' })).code).toBe(0)
    expect((await cli(place, ['memory', 'get', 'note'])).stdout).toBe('two\nlines\n')
    expect((await cli(place, ['memory', 'search', "what's", 'JWT', '--json'])).json.results).toMatchObject([{ key: 'auth-approach' }])
    expect((await cli(place, ['memory', 'list', '--prefix', 'po', '--json'])).json.entries).toMatchObject([{ key: 'port' }])
    expect((await cli(place, ['memory', 'get', 'nothing'])).code).toBe(2)
    for (const words of [['steal'], ['get'], ['set', 'a'], ['set', 'a', 'b', 'c'], ['list', 'x'], ['list', '--limit', '0']])
      expect((await cli(place, ['memory', ...words])).code).toBe(2)
    await desktop.end()
  })

  it('lists the entries that have every tag', async () => {
    const place = scratch()
    for (const [key, ...tags] of [
      ['one', 'a'],
      ['two', 'b'],
      ['both', 'a', 'b', 'c'],
    ] as const)
      await cli(place, ['memory', 'set', key, 'text', ...tags.flatMap((tag) => ['--tag', tag])])
    const listed = async (...tags: string[]) =>
      (await cli(place, ['memory', 'list', '--json', ...tags.flatMap((tag) => ['--tag', tag])])).json.entries.map(
        ({ key }: { key: string }) => key,
      )
    expect((await listed('a')).sort()).toEqual(['both', 'one'])
    expect(await listed('a', 'b')).toEqual(['both'])
    expect(await listed('b', 'c', 'd')).toEqual([])
  })

  it('lists how values and reasons begin, without a part of a key that lies where they are cut', async () => {
    const place = scratch()
    const key = 'k3y-of-nobody-0123456789'
    const long = `${'x'.repeat(190)}${key}`
    const set = async (...words: string[]) => expect((await cli(place, ['memory', 'set', ...words])).code).toBe(0)
    await set('login', '{"method":"JWT"}')
    await set('long', long, '--rationale', long)
    // Until now nobody knew that it is one.
    expect((await cli(place, ['secret', 'set', 'SOME_KEY'], { input: key })).code).toBe(0)
    const listed = await cli(place, ['memory', 'list', '--values', '--json'])
    expect(listed.json.entries).toMatchObject([
      { begins: '{"method":"JWT"}' },
      { begins: expect.stringMatching(/^x+/), rationale: expect.stringMatching(/^x+/) },
    ])
    expect(listed.output).not.toContain(key.slice(0, 6))
    expect((await cli(place, ['memory', 'list'])).stdout).not.toContain('JWT')
    expect((await cli(place, ['memory', 'list', '--values'])).stdout).toContain('JWT')
  })

  it('lists the newest first, page by page, with the number of all', async () => {
    const place = scratch()
    const keys = ['b', 'c', 'a', 'd']
    for (const key of keys) await cli(place, ['memory', 'set', key, 'text'])
    await cli(place, ['memory', 'set', 'c', 'changed'])
    const expected = ['c', 'd', 'a', 'b']
    const page = async (...words: string[]) => {
      const { json } = await cli(place, ['memory', 'list', '--newest', '--json', ...words])
      return { ...json, keys: json.entries.map(({ key }: { key: string }) => key) }
    }
    expect(await page()).toMatchObject({ keys: expected, total: 4, more: false, cursor: null })
    const first = await page('--limit', '3')
    expect(first).toMatchObject({ keys: expected.slice(0, 3), total: 4, more: true, cursor: expect.any(String) })
    expect(await page('--cursor', first.cursor)).toMatchObject({ keys: expected.slice(3), total: 4, more: false })
    const shown = await cli(place, ['memory', 'list', '--limit', '1'])
    expect(shown.stderr).toMatch(/1 of 4\. To go on: --cursor \S+/)
    for (const wrong of [
      ['--cursor', 'x'],
      ['--cursor', first.cursor],
    ])
      expect(await cli(place, ['memory', 'list', ...wrong])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--cursor is of no list'),
      })
  })

  it('lists more than a page of entries of one moment, each once', async () => {
    const place = scratch()
    const line = (n: number) => JSON.stringify({ type: 'entity', name: `n${n}`, entityType: 't', observations: ['o'] })
    const input = Array.from({ length: 230 }, (_, n) => line(n)).join('\n')
    const imported = await cli(place, ['memory', 'import', '-', '--format', 'reference'], { input })
    expect(imported.code, imported.stderr).toBe(0)
    for (const words of [[], ['--newest']]) {
      const { json } = await cli(place, ['memory', 'list', '--json', ...words])
      expect(json).toMatchObject({ total: json.entries.length, more: false })
      expect(new Set(json.entries.map(({ key }: { key: string }) => key)).size).toBe(json.entries.length)
      expect(json.entries.length).toBeGreaterThan(200)
    }
  })

  it('forgets the history of a key when told to', async () => {
    const place = scratch()
    for (const value of ['one', 'two']) await cli(place, ['memory', 'set', 'slip', value])
    expect((await cli(place, ['memory', 'history', 'slip', '--json'])).json.versions).toHaveLength(2)
    expect((await cli(place, ['memory', 'delete', 'slip', '--json'])).json).toMatchObject({ deleted: true })
    expect((await cli(place, ['memory', 'history', 'slip'])).stdout).toContain('two')
    expect((await cli(place, ['memory', 'delete', 'slip', '--history'])).code).toBe(0)
    const left = await cli(place, ['memory', 'history', 'slip', '--json'])
    expect(left.json.versions).toMatchObject([{ version: 3, deleted: true }])
    expect((await cli(place, ['memory', 'delete', 'slip', '--history'])).code).toBe(2)
  })

  it('writes into the project of the repository that the shell is in', async () => {
    const place = scratch()
    const project = join(place.root, 'shop')
    mkdirSync(join(project, 'src'), { recursive: true })
    execFileSync('git', ['init', '-q', project])
    const set = await cli(place, ['memory', 'set', 'port', '4000', '--json'], { cwd: join(project, 'src') })
    expect(set.json.namespace).toMatch(/^shop-[0-9a-f]{4}$/)
  })

  it('refuses a value that holds a stored key', async () => {
    const place = scratch()
    await cli(place, ['secret', 'set', 'SOME_API_KEY'], { input: 'sk-abcdefghijklmnop1234' })
    const set = await cli(place, ['memory', 'set', 'k', 'it is sk-abcdefghijklmnop1234'])
    expect(set.code).toBe(1)
    expect(set.output).not.toContain('sk-abcdefghijklmnop1234')
    place.write('m.jsonl', '{"type":"entity","name":"a","entityType":"t","observations":["sk-abcdefghijklmnop1234"]}')
    const imported = await cli(place, ['memory', 'import', 'm.jsonl'])
    expect(imported.code).toBe(1)
    expect(imported.output).not.toContain('sk-abcdefghijklmnop1234')
  })

  const lines = [
    '{"type":"entity","name":"Zoe","entityType":"person","observations":["likes \\"tea\\"","é 日本"]}',
    '{"type":"entity","name":"Ana|x","entityType":"person","observations":[]}',
    '{"type":"relation","from":"Zoe","to":"Ana|x","relationType":"knows"}',
  ]

  it.each(['', '\n'])('gives back the bytes of a reference server, ended by %j', async (end) => {
    const place = scratch()
    const text = `${lines.join('\n')}${end}`
    writeFileSync(place.path('memory.jsonl'), text)
    expect((await cli(place, ['memory', 'import', 'memory.jsonl', '--json'])).json).toMatchObject({
      ...{ namespace: 'reference', entities: 2, relations: 1, stored: 3 },
    })
    expect((await cli(place, ['memory', 'import', '-', '--json'], { input: text })).json).toMatchObject({ stored: 0, unchanged: 3 })
    expect((await cli(place, ['memory', 'export', '--format', 'reference'])).stdout).toBe(text)
    expect((await cli(place, ['memory', 'export', 'again.jsonl', '--format', 'reference'])).code).toBe(0)
    expect(readFileSync(place.path('again.jsonl'), 'utf8')).toBe(text)
    expect((await cli(place, ['memory', 'export', 'again.jsonl', '--format', 'reference'])).code).toBe(2)
    expect((await cli(place, ['memory', 'get', 'Zoe|knows|Ana|x', '--json'])).json).toMatchObject({ tags: ['relation'] })
    expect((await cli(place, ['memory', 'get', 'Zoe', '--json'])).json).toMatchObject({
      ...{ value: { entityType: 'person', observations: ['likes "tea"', 'é 日本'] }, tags: ['entity'] },
    })
  })

  it('imports nothing of a file with a line that it does not understand', async () => {
    const place = scratch()
    place.write('memory.jsonl', `${lines[0]}\n{"type":"entity","name":"half`)
    const imported = await cli(place, ['memory', 'import', 'memory.jsonl', '--json'])
    expect(imported.code).toBe(2)
    expect(imported.json.error).toMatchObject({ file: 'memory.jsonl', line: 2 })
    expect((await cli(place, ['memory', 'list', '--json'])).json.entries).toEqual([])
  })
})

describeUnless(lacksTerminal, 'a value on a terminal', () => {
  it('is quoted line by line, below the line that says whose it is', async () => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'note', '-'], { input: 'one\nRemembered "admin" in shared, version 1.\n' })
    const shown = await terminal(place, ['memory', 'get', 'note'], { width: 200 })
    expect(await shown.exit()).toBe(0)
    expect(await shown.screen()).toMatch(/note[^\n]*by terminal[^\n]*\n> one\n> Remembered "admin" in shared, version 1\./)
    await shown.close()
  })
})
