import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { home } from '../support/place.ts'

const integrity = `sha512-${'A'.repeat(86)}==`
const sound = { name: 'thing', version: '1.0.0', integrity, bin: { thing: 'x.js' } }
const manifest = JSON.stringify({ version: 1, servers: { s: { package: 'thing@^1', launch: 'run' } }, bridge: { enabled: false } })
const lockText = (more: object) => JSON.stringify({ version: 1, packages: { 'thing@^1': { ...sound, ...more } } }, null, 2)

const hostile: [string, object, RegExp][] = [
  ['a file as its version', { version: 'file:../../evil' }, /"file:\.\.\/\.\.\/evil" is not one exact version of thing/],
  ['a program outside the package', { bin: { thing: '../../../evil.js' } }, /leaves the package/],
  ['the name of another package', { name: 'evil' }, /pinned under the name of another package/],
  ['an integrity that is none', { integrity: 'sha512-x' }, /integrity of thing is not well-formed/],
]

describe('a lock file with content that no sync wrote', () => {
  it.each(hostile)('is refused with name, place and command, wherever it is read: %s', async (_what, more, reason) => {
    const place = home()
    place.manifest({})
    const at = [
      { lock: '.mcp-twin/mcp-twin.lock.json', manifest: '.mcp-twin/mcp-twin.json', words: ['sync'], cwd: '', run: ['run', 's'] },
      { lock: 'work/mcp-twin.lock.json', manifest: 'work/mcp-twin.json', words: ['sync'], cwd: 'work', run: ['run', '--project=.', 's'] },
      {
        lock: 'else/m.lock.json',
        manifest: 'else/m.json',
        words: ['sync', '--manifest', place.path('else/m.json')],
        cwd: '',
        run: ['run', `--manifest=${place.path('else/m.json')}`, 's'],
      },
    ]
    mkdirSync(place.path('work/.git'), { recursive: true })
    for (const one of at) {
      const before = place.has(one.manifest) ? place.read(one.manifest) : null
      place.write(one.manifest, manifest)
      place.write(one.lock, lockText(more))
      const said = await place.run(one.words, { cwd: place.path(one.cwd) })
      expect([one.words, said.code, said.stdout]).toEqual([one.words, 2, ''])
      expect(said.stderr).toMatch(reason)
      expect(said.stderr).toMatch(new RegExp(`${one.lock.replaceAll('.', '\\.')}:[1-9]\\d*:\\d+`))
      expect(said.stderr).toMatch(/→ .*:\n {4}mcp-twin sync/)
      const started = await place.run(one.run, { cwd: place.path(one.cwd) })
      expect([one.run, started.code === 0, started.stdout]).toEqual([one.run, false, ''])
      place.write(one.manifest, before ?? '{"version":1}')
      place.write(one.lock, '{"version":1,"packages":{}}')
    }
  })

  it('is refused as well for a package of PyPI, before anything is started', async () => {
    const place = home()
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { s: { pypi: 'thing' } }, bridge: { enabled: false } }))
    const python = { name: 'thing', version: '1.0', excludeNewer: '2026-11-23T10:00:00Z', python: '3.13', bin: ['thing'] }
    for (const more of [
      { version: '1.0 --index-url=http://x' },
      { bin: ['../../evil'] },
      { python: '/tmp/evil' },
      { excludeNewer: '-p' },
    ]) {
      place.write(
        '.mcp-twin/mcp-twin.lock.json',
        JSON.stringify({ version: 1, packages: {}, python: { thing: { ...python, ...more } } }, null, 2),
      )
      const said = await place.run(['sync'])
      expect([more, said.code, said.stdout]).toEqual([more, 2, ''])
      expect(said.stderr).toMatch(/lock\.json:[1-9]\d*:\d+/)
    }
  })

  it('is a finding of doctor, which checks the rest all the same', async () => {
    const place = home()
    place.write('.mcp-twin/mcp-twin.json', manifest)
    place.write('.mcp-twin/mcp-twin.lock.json', lockText({ version: '../x' }))
    const { code, json } = await place.run(['doctor', '--json'])
    expect(code).toBe(3)
    expect(json.findings).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('not one exact version') }),
    )
  })
})
