import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hiddenCharacters } from '../../../src/model/hidden.ts'
import { cli } from '../../support/cli.ts'
import { scratch } from '../../support/scratch.ts'

const entry = (more: object) =>
  JSON.stringify({
    ...{ type: 'entry', namespace: 'shop-1a2b', key: 'auth', version: 2, value: { method: 'JWT' }, rationale: 'why', tags: ['a', 'b,c'] },
    ...{ by: 'claude-desktop', session: 's', machine: 'm', at: 1_700_000_000_000 },
    ...more,
  })

describe('the memory in a file', () => {
  it('holds values, tags, rationale, namespaces, versions, authors and times, and gives the same lines again from an empty store', async () => {
    const [here, there] = [scratch(), scratch()]
    for (const value of ['one', 'two', '{"x":"a\u202eb"}'])
      await cli(here, ['memory', 'set', 'k', value, '--namespace', 'a', '--tag', 't', '--rationale', 'r'])
    await cli(here, ['memory', 'set', 'gone', '1'])
    await cli(here, ['memory', 'delete', 'gone'])
    await cli(here, ['memory', 'set', 'soon', '1', '--ttl', '24h'])
    here.write('desk.jsonl', `${entry({})}\n`)
    expect((await cli(here, ['memory', 'import', 'desk.jsonl', '--json'])).json).toMatchObject({ format: 'twin', stored: 1 })
    expect((await cli(here, ['memory', 'export', 'all.jsonl', '--json'])).json).toMatchObject({ entries: 3, versions: 4 })
    expect(statSync(here.path('all.jsonl')).mode & 0o777).toBe(0o600)
    const text = readFileSync(here.path('all.jsonl'), 'utf8')
    expect(text).toContain(entry({}))
    expect(text).toContain('a\\u202eb')
    expect(text).not.toMatch(hiddenCharacters)
    expect((await cli(here, ['memory', 'export'])).stdout).toBe(text)
    expect((await cli(there, ['memory', 'import', here.path('all.jsonl'), '--dry-run', '--json'])).json).toMatchObject({
      stored: 7,
      dryRun: true,
    })
    expect((await cli(there, ['memory', 'export'])).stdout).toBe('')
    expect((await cli(there, ['memory', 'import', '-', '--json'], { input: text })).json).toMatchObject({ stored: 7, differs: 0 })
    expect((await cli(there, ['memory', 'export', '-'])).stdout).toBe(text)
    expect((await cli(there, ['memory', 'import', here.path('all.jsonl'), '--json'])).json).toMatchObject({ stored: 0, unchanged: 7 })
    // As an editor of Windows saves it.
    const marked = there.write('marked.jsonl', `\uFEFF${text.replaceAll('\n', '\r\n')}`)
    expect((await cli(there, ['memory', 'import', marked, '--json'])).json).toMatchObject({ stored: 0, unchanged: 7 })
    const piped = await cli(there, ['memory', 'import', '-', '--json'], { input: `\uFEFF${text}` })
    expect(piped.json).toMatchObject({ stored: 0, unchanged: 7 })
    expect((await cli(there, ['memory', 'search', 'JWT', '--json'])).json.results).toMatchObject([{ key: 'auth', by: 'claude-desktop' }])
    expect((await cli(there, ['memory', 'export', '--namespace', 'a'])).stdout.trimEnd().split('\n')).toHaveLength(3)
    expect((await cli(there, ['memory', 'get', 'k', '--json'])).json.value).toEqual({ x: 'a\u202eb' })
    expect((await cli(here, ['memory', 'export', 'all.jsonl'])).code).toBe(2)
    expect((await cli(here, ['memory', 'export', 'all.jsonl', '--force'])).code).toBe(0)
    expect(readFileSync(here.path('all.jsonl'), 'utf8')).toBe(text)
  })

  it.each([
    ['twin', 'a pipe'],
    ['twin', 'a link'],
    ['reference', 'a folder'],
    ['reference', 'a link'],
  ])('does not replace what is no file, not even with --force: %s, %s', async (format, kind) => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'k', 'v'])
    if (kind === 'a pipe') execFileSync('mkfifo', [place.path('out')])
    else if (kind === 'a folder') mkdirSync(place.path('out'))
    else symlinkSync(place.write('mine', 'mine'), place.path('out'))
    const before = lstatSync(place.path('out')).ino
    const refused = await cli(place, ['memory', 'export', 'out', '--force', '--format', format], { timeoutMs: 60_000 })
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('out is no ordinary file; nothing was written') })
    expect(lstatSync(place.path('out')).ino).toBe(before)
    if (kind === 'a link') expect(place.read('mine')).toBe('mine')
  })

  it('leaves differing entries alone, and moves them into the history with --force', async () => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'auth', 'cookies', '--namespace', 'shop-1a2b'])
    place.write('m.jsonl', entry({}))
    const kept = await cli(place, ['memory', 'import', 'm.jsonl'])
    expect(kept.stdout).toMatch(/1 differ.*shop-1a2b auth.*--force/)
    expect((await cli(place, ['memory', 'get', 'auth', '--namespace', 'shop-1a2b'])).stdout).toContain('cookies')
    expect((await cli(place, ['memory', 'import', 'm.jsonl', '--force', '--json'])).json).toMatchObject({ stored: 1 })
    expect((await cli(place, ['memory', 'history', 'auth', '--namespace', 'shop-1a2b', '--json'])).json.versions).toMatchObject([
      { version: 2, value: { method: 'JWT' }, by: 'claude-desktop' },
      { version: 1, value: 'cookies', by: 'terminal' },
    ])
  })

  it('adds the newest 50 versions of a key to its history, however many a file has', async () => {
    const place = scratch()
    const older = Array.from({ length: 79 }, (_, at) => entry({ type: 'version', version: at + 1, value: at + 1 }))
    place.write('m.jsonl', [entry({ version: 80, value: 80 }), ...older].join('\n'))
    expect((await cli(place, ['memory', 'import', 'm.jsonl', '--json'])).json).toMatchObject({ stored: 51, old: 29 })
    const { json } = await cli(place, ['memory', 'export', '--json'])
    expect(json).toMatchObject({ entries: 1, versions: 50 })
  })

  it.each([
    ['half a line', '{"type":"entry","name'],
    ['a line that is no UTF-8', entry({ value: 'caf\u00e9' })],
    ['no value', entry({ value: undefined })],
    ['a version that is no number', entry({ version: '2' })],
    ['a key that is no text', entry({ key: 7 })],
    ['a line of the reference server', '{"type":"relation","from":"a","to":"b","relationType":"c"}'],
    ['a key with the prefix of its vendor', entry({ value: `ghp_${'a1B2'.repeat(9)}` })],
  ])('stores nothing of a file with %s, and names the line', async (_, bad) => {
    const place = scratch()
    // Each of its characters is one byte, as in files of older programs.
    place.write('m.jsonl', Buffer.from(`${entry({ key: 'good' })}\n\n${bad}\n`, 'latin1'))
    const imported = await cli(place, ['memory', 'import', 'm.jsonl', '--json'])
    expect(imported.code).not.toBe(0)
    expect(imported.json.error).toMatchObject({ file: 'm.jsonl', line: 3 })
    expect(imported.output).not.toContain('a1B2a1B2')
    expect((await cli(place, ['memory', 'list', '--json'])).json.entries).toEqual([])
  })
})
