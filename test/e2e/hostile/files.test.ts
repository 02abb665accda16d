import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codeFile, expectTidy, home } from '../support/place.ts'
import { factor } from '../../support/runs.ts'

const manifestFile = '.mcp-twin/mcp-twin.json'
const entry = { command: '/bin/true' }

describe('a manifest that is no regular file', () => {
  it.each([
    ['random bytes', Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919) % 256))],
    ['brackets without end', Buffer.from('['.repeat(200_000))],
    [
      'arguments nested a hundred thousand deep',
      Buffer.from(`{"version":1,"servers":{"a":{"command":"x","args":[${'['.repeat(1e5)}${']'.repeat(1e5)}]}}}`),
    ],
    ['more than 64 MiB', Buffer.alloc(65 * 1024 * 1024, 32)],
  ])('are reported at once and left alone: %s', async (_what, bytes) => {
    const place = home()
    place.write(manifestFile, bytes)
    for (const args of [['sync'], ['list'], ['add', 'x', '--command', 'y']]) {
      const said = await place.run(args)
      expect([args, said.code, said.stdout]).toEqual([args, 2, ''])
      expect(said.stderr).toMatch(/→|\n {4}\S/)
      expect(said.stderr.length).toBeLessThan(1000)
    }
    expect(place.has(codeFile)).toBe(false)
  })

  it('is reported: a folder, a link to nothing, a device', async () => {
    const place = home()
    mkdirSync(place.path(manifestFile), { recursive: true })
    expect(await place.run(['sync'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/mcp-twin\.json cannot be read: that is a folder/),
    })
    const device = await place.run(['sync', '--manifest', '/dev/zero'], { timeoutMs: 60_000 })
    expect(device).toMatchObject({ code: 1, stderr: expect.stringContaining('/dev/zero') })
  })
})

describe('files of our own that somebody broke', () => {
  const contents = [
    '',
    'null',
    '[]',
    '['.repeat(100_000),
    '\u0000\u0001',
    '{"version":1,"files":{"linux":[]},"packages":7,"projects":3,"A":{}}',
  ]
  const files = ['state.json', 'mcp-twin.lock.json', 'home.json', 'secrets.json', 'cache.json', 'launches.json', 'trust.json']
  it.each(files)('%s', async (name) => {
    // By default two of them for each file, others for the next one.
    const turn = files.indexOf(name) % 3
    for (const bytes of factor > 1 ? contents : [contents[turn] ?? '', contents[turn + 3] ?? '']) {
      const place = home()
      place.manifest({ a: { ...entry, env: { K: '${secret:K}' } }, b: entry })
      place.write(`.mcp-twin/${name}`, bytes, 0o600)
      for (const args of [['sync'], ['list'], ['secret', 'list'], ['undo'], ['doctor']]) {
        const said = await place.run(args)
        expect([name, bytes.slice(0, 20), args, said.output]).toEqual([
          name,
          bytes.slice(0, 20),
          args,
          expect.not.stringContaining('went wrong'),
        ])
        if (said.code === 1) expect(said.stderr).toMatch(/→|\n {4}\S/)
      }
      expect(place.read(`.mcp-twin/${name}`).length).toBeGreaterThanOrEqual(name === 'cache.json' ? 0 : bytes.length)
      expectTidy(place.home)
    }
  })
})

describe('--secrets', () => {
  it('waits for a pipe whose writer is slow', async () => {
    const place = home()
    place.manifest({ a: { ...entry, env: { K: '${secret:K}' } } })
    const script = `${'"$@"'} < /dev/null --secrets <(sleep 1; echo K=thinks-first-0123456789)`
    const said = await place.run(['init', '--yes', '--no-bridge'], { wrapper: ['bash', '-c', script, 'bash'] })
    expect(said.output).not.toContain('went wrong')
    expect(place.servers(codeFile)).toEqual({ a: { ...entry, env: { K: 'thinks-first-0123456789' } } })
  })

  it.each([
    ['binary', Buffer.from([0, 255, 1, 2, 10, 65, 61, 0])],
    ['a line without a name', Buffer.from('just-a-key-0123456789abcdef\n')],
    ['a name that is none', Buffer.from('A B=just-a-key-0123456789abcdef\n')],
    ['large', Buffer.alloc(20 * 1024 * 1024, 65)],
  ])('are reported without their content: %s', async (_what, bytes) => {
    const place = home()
    place.manifest({ a: entry })
    place.write('keys.env', bytes)
    const said = await place.run(['init', '--yes', '--no-bridge', '--secrets', 'keys.env'])
    expect(said.code).toBe(2)
    expect(said.output).not.toMatch(/went wrong|just-a-key|AAAAAAAA/)
    expect(said.stderr).toMatch(/keys\.env/)
    expect(place.has('.mcp-twin/secrets.json')).toBe(false)
  })
})
