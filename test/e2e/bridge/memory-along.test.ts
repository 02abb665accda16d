import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { type Home, home } from '../support/place.ts'

const entry = (more: object) =>
  `${JSON.stringify({
    ...{ type: 'entry', namespace: 'shop-1a2b', key: 'auth', version: 2, value: { method: 'JWT' }, rationale: 'why', tags: ['a', 'b,c'] },
    ...{ by: 'claude-desktop', session: 's', machine: 'm', at: 1_700_000_000_000, ...more },
  })}\n`

/** A home with a server that needs a key, a handoff and memory of every kind. */
async function filled(): Promise<Home> {
  const place = home()
  place.manifest({ search: { command: '/bin/true', env: { SEARCH_KEY: '${secret:SEARCH_KEY}' } } })
  for (const value of ['one', '{"x":"a\u202eb"}']) await place.run(['memory', 'set', 'k', value, '--tag', 't', '--rationale', 'r'])
  await place.run(['memory', 'set', 'gone', '1'])
  await place.run(['memory', 'delete', 'gone'])
  await place.run(['memory', 'set', 'soon', '1', '--ttl', '24h'])
  place.write('desk.jsonl', entry({}) + entry({ type: 'version', version: 1, value: 'cookies' }))
  await place.run(['memory', 'import', 'desk.jsonl'])
  await place.run(['handoff', 'new', 'Login', '--goal', 'log in'])
  return place
}

describe('a set-up that is taken to another computer', () => {
  it('takes the whole memory along when export and import ask for it', async () => {
    const [here, there] = [await filled(), home()]
    const written = await here.run(['export', 'out', '--with-memory', '--json'])
    expect(written.json).toMatchObject({ leftOut: { keys: ['SEARCH_KEY'], memory: 0, handoffs: 1 } })
    expect(written.json.files).toContain('memory.jsonl')
    expect(statSync(here.path('out/memory.jsonl')).mode & 0o777).toBe(0o600)
    const text = here.read('out/memory.jsonl')
    expect((await here.run(['memory', 'export'])).stdout).toBe(text)

    const without = await there.run(['import', here.path('out'), '--trust', '--yes', '--no-try'])
    expect(without.stdout).toContain('Only if you confirm it apart, memory:\n  3 entries and 4 older versions')
    expect(without.output).toContain('not taken: memory')
    expect((await there.run(['memory', 'export'])).stdout).toBe('')
    expect((await there.run(['import', here.path('out'), '--with', 'memory', '--dry-run', '--json'])).json.memory).toBe(null)
    expect((await there.run(['memory', 'export'])).stdout).toBe('')

    await there.run(['memory', 'set', 'k', 'my own'])
    const taken = await there.run(['import', here.path('out'), '--trust', '--with', 'memory', '--no-try', '--json'])
    expect(taken.json).toMatchObject({ leftOut: [], memory: { stored: 5, differs: 2, kept: ['shared k'] } })
    expect(taken.json.notices.join('\n')).toContain(`mcp-twin memory import ${here.path('out')}/memory.jsonl --force`)
    await there.run(['memory', 'delete', 'k', '--history'])
  })

  it('gives the same lines again in an empty store', async () => {
    const [here, there] = [await filled(), home()]
    await here.run(['export', 'out', '--with-memory'])
    await there.run(['import', here.path('out'), '--trust', '--with', 'memory', '--no-try'])
    expect((await there.run(['memory', 'export'])).stdout).toBe(here.read('out/memory.jsonl'))
  })

  it('says what stays behind, and names its backup', async () => {
    const here = await filled()
    const { json } = await here.run(['export', 'out', '--json'])
    expect(json.leftOut).toEqual({ keys: ['SEARCH_KEY'], memory: 3, handoffs: 1 })
    const words = await here.run(['export', 'out'])
    expect(words.stderr).toContain('Left out: 1 key (SEARCH_KEY), what programs remember (3 entries) and 1 open handoff.')
    expect(words.stderr).toContain('mcp-twin export out --with-memory')
    expect(existsSync(here.path('out/memory.jsonl'))).toBe(false)
  })

  it('says nothing of a store that nobody used, and makes none', async () => {
    const here = home()
    here.manifest({ a: here.tiny })
    expect(await here.run(['export', 'out'])).toMatchObject({ code: 0, stderr: '' })
    expect(here.has('.mcp-twin/bridge/store')).toBe(false)
  })
})

describe('the file of the memory in an export', () => {
  it('is replaced by the next export, also when exports without it came between', async () => {
    const here = await filled()
    for (const flags of [['--with-memory'], [], ['--with-memory']]) {
      await here.run(['memory', 'set', 'more', flags.length === 0 ? 'a' : 'b'])
      expect(await here.run(['export', 'out', ...flags])).toMatchObject({ code: 0 })
    }
    expect(here.read('out/memory.jsonl')).toBe((await here.run(['memory', 'export'])).stdout)
  })

  it.each([
    ['a file of the person', (here: Home) => here.write('out/memory.jsonl', entry({}))],
    ['a folder', (here: Home) => mkdirSync(here.path('out/memory.jsonl'), { recursive: true })],
    [
      'a link',
      (here: Home) => {
        here.write('out/.keep', '')
        symlinkSync(here.write('mine.txt', 'mine'), here.path('out/memory.jsonl'))
      },
    ],
  ])('is not written over %s', async (_, put) => {
    const here = await filled()
    put(here)
    expect(await here.run(['export', 'out', '--with-memory'])).toMatchObject({ code: expect.any(Number), stdout: '' })
    expect(here.has('out/mcp-twin.json')).toBe(false)
    if (here.has('mine.txt')) expect(here.read('mine.txt')).toBe('mine')
  })

  it('holds no stored key', async () => {
    const here = await filled()
    await here.run(['memory', 'set', 'later', 'it is quiet-old-value-1234'])
    await here.run(['secret', 'set', 'SEARCH_KEY'], { input: 'quiet-old-value-1234' })
    expect((await here.run(['export', 'out', '--with-memory'])).stderr).toContain('1 line held a stored key')
    expect(here.read('out/memory.jsonl')).not.toContain('old-value')
  })

  it('ends an import before any change when one line is bad', async () => {
    const [here, there] = [await filled(), home()]
    await here.run(['export', 'out', '--with-memory'])
    here.write('out/memory.jsonl', `${entry({})}{"type":"entry"`)
    const refused = await there.run(['import', here.path('out'), '--trust', '--with', 'memory', '--no-try', '--json'])
    expect(refused).toMatchObject({ code: 2, json: { error: { file: here.path('out/memory.jsonl'), line: 2 } } })
    expect(there.has('.mcp-twin/mcp-twin.json')).toBe(false)
    expect((await there.run(['memory', 'export'])).stdout).toBe('')
  })

  it('is not read where it is a link', async () => {
    const [here, there] = [await filled(), home()]
    await here.run(['export', 'out'])
    symlinkSync(there.write('other.jsonl', entry({})), here.path('out/memory.jsonl'))
    const taken = await cli(there, ['import', here.path('out'), '--trust', '--with', 'memory', '--no-try'])
    expect(taken.output).toContain('memory.jsonl is no ordinary file, so it was not read')
    expect((await there.run(['memory', 'export'])).stdout).toBe('')
    expect(readFileSync(there.path('other.jsonl'), 'utf8')).toBe(entry({}))
  })
})
