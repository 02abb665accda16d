import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KEY, integrity, speaks, tool, trial } from './place.ts'

const pinned = (more: object = {}) => ({ thing: { name: 'thing', version: '1.0.0', integrity, bin: { thing: 'x.js' }, ...more } })

/** A trusted project whose lock pins a package that another server of it names. */
async function trusted() {
  const place = trial()
  place.manifest({ tool, other: { package: 'thing' } })
  place.lock(pinned())
  const said = await place.at(['trust', '--json'])
  expect(said.code, said.output).toBe(0)
  expect(await place.started()).toMatchObject({ out: `mine ${KEY}` })
  return place
}

describe('what is trusted', () => {
  it('covers the lock: a pull that changes only the lock is refused', async () => {
    const place = await trusted()
    const changes: (() => void)[] = [
      () => place.lock(pinned({ version: '6.6.6' })),
      () => place.lock(pinned({ bin: { thing: 'evil.js' } })),
      () => place.lock(pinned({ integrity: `sha512-${'B'.repeat(86)}==` })),
      () => place.lock({}),
      () => place.home.write('work/site/mcp-twin.lock.json', `${place.home.read('work/site/mcp-twin.lock.json')} `),
      () => rmSync(join(place.site, 'mcp-twin.lock.json')),
    ]
    const before = place.home.read('work/site/mcp-twin.lock.json')
    for (const change of changes) {
      change()
      const { out, said } = await place.started()
      expect([out, said]).toEqual([null, expect.stringMatching(/lock of this project has changed[\s\S]*mcp-twin trust/)])
      place.home.write('work/site/mcp-twin.lock.json', before)
      expect((await place.started()).out).toBe(`mine ${KEY}`)
    }
  })

  it('covers a missing lock: one that comes with a pull is refused', async () => {
    const place = trial()
    expect((await place.at(['trust'])).code).toBe(0)
    expect((await place.started()).out).toBe(`mine ${KEY}`)
    place.lock({})
    expect((await place.started()).out).toBeNull()
  })

  it('covers one place: a second clone starts nothing, nor through a link', async () => {
    const place = await trusted()
    const clone = place.clone('work/clone')
    place.home.write('work/clone/server.js', speaks('stolen'))
    expect((await place.started(clone)).said).toContain('This project has not been trusted')
    expect((await place.started(place.home.home, 'work/clone')).out).toBeNull()
    renameSync(place.site, place.home.path('work/away'))
    symlinkSync(clone, place.site)
    expect((await place.started(clone)).out).toBeNull()
    expect((await place.started(place.home.home, place.site)).out).toBeNull()
    // And the project itself is another place by now.
    expect((await place.started(place.home.path('work/away'))).out).toBeNull()
  })

  it('covers its place through any link', async () => {
    const place = await trusted()
    symlinkSync(place.site, place.home.path('link'))
    expect((await place.started(place.home.home, place.home.path('link'))).out).toBe(`mine ${KEY}`)
    expect((await place.at(['trust', place.home.path('link'), '--json'])).json).toMatchObject({ changed: false, project: place.site })
  })

  it('decides by its own place, wherever the asking program was started', async () => {
    const place = await trusted()
    const clone = place.clone('work/clone')
    place.home.write('work/clone/server.js', speaks('stolen'))
    expect((await place.started(clone, place.site)).out).toBe(`mine ${KEY}`)
    mkdirSync(join(place.site, 'deep/er'), { recursive: true })
    expect((await place.started(join(place.site, 'deep/er'))).out).toBe(`mine ${KEY}`)
  })

  it('does not include what an older version trusted by the manifest alone', async () => {
    const place = trial()
    const manifest = join(place.site, 'mcp-twin.json')
    const digest = createHash('sha256').update(place.home.read('work/site/mcp-twin.json')).digest('hex')
    const old = { version: 1, projects: { [manifest]: { digest, at: '2026-01-01T00:00:00.000Z', keys: ['MINE'] } } }
    place.home.write('.mcp-twin/trust.json', JSON.stringify(old), 0o600)
    const { out, said } = await place.started()
    expect([out, said]).toEqual([null, expect.stringMatching(/older version of mcp-twin[\s\S]*mcp-twin trust/)])
    expect((await place.at(['trust', '--list'])).output).toMatch(/older version.*work\/site/)
    expect((await place.at(['sync', '--json'])).json.notices.join()).toContain('older version')
    expect((await place.at(['trust'])).code).toBe(0)
    expect((await place.started()).out).toBe(`mine ${KEY}`)
  })

  it('is nothing where the record is damaged, with a message', async () => {
    const place = await trusted()
    for (const text of ['{', '{"version":3}', '{"version":1,"projects":{"/x":{"manifest":7,"lock":null,"at":""}}}']) {
      writeFileSync(place.home.path('.mcp-twin/trust.json'), text)
      const { out, said } = await place.started()
      expect([text, out, said]).toEqual([text, null, expect.stringContaining('trust.json')])
      expect(said).not.toContain('went wrong')
    }
  })
})

describe('a manifest that is named by its path', () => {
  it('starts nothing when the lock beside it has changed since the sync', async () => {
    const place = trial()
    const m = place.home.write(
      'else/m.json',
      JSON.stringify({ version: 1, servers: { tool: { ...tool, args: [place.home.path('else/s.js')], launch: 'run' } } }),
    )
    place.home.write('else/s.js', speaks('named'))
    expect((await place.at(['sync', '--manifest', m], { cwd: place.home.home })).code).toBe(0)
    const run = () => place.at(['run', `--manifest=${m}`, 'tool'], { cwd: place.home.home })
    expect(await run()).toMatchObject({ code: 0, stdout: `named ${KEY}\n` })
    place.home.write('else/m.lock.json', '{"version":1,"packages":{}}')
    expect(await run()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/lock has changed[\s\S]*mcp-twin sync --manifest/),
    })
    expect((await place.at(['sync', '--manifest', m], { cwd: place.home.home })).code).toBe(0)
    expect((await run()).code).toBe(0)
    // What an older version noted, without the lock.
    const state = JSON.parse(place.home.read('.mcp-twin/state.json'))
    place.home.write('.mcp-twin/state.json', JSON.stringify({ ...state, manifests: { [m]: state.manifests[m].split(' ')[0] } }), 0o600)
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringMatching(/older version[\s\S]*mcp-twin sync --manifest/) })
  })
})
