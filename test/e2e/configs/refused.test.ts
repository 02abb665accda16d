import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { lacksRoot } from '../../support/machine.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { codeFile, cursorFile, expectTidy, type Home, quickHome, oldFile, stepsAs, treeOf } from '../support/place.ts'

const entry = { command: '/opt/thing', args: ['x'] }
const good = '{"mcpServers":{}}'

/** One thing that stands in the place of `~/.claude.json`, and what the refusal must say of it. */
const cases: Record<string, [prepare: (place: Home) => void, says: RegExp, hasLine?: true]> = {
  'broken JSON': [(place) => place.write(codeFile, '{\n  "mcpServers": {\n    "a": {}\n    "b": {}\n  }\n}'), /comma/, true],
  'a comment in a strict file': [(place) => place.write(codeFile, '{\n  // mine\n  "mcpServers": {}\n}'), /comment/, true],
  'a trailing comma in a strict file': [(place) => place.write(codeFile, '{"mcpServers": {"a": {},}}'), /comma/, true],
  'mcpServers twice': [(place) => place.write(codeFile, '{"mcpServers": {},\n"mcpServers": {}}'), /appears twice/, true],
  'our server twice': [(place) => place.write(codeFile, '{"mcpServers": {"thing": {"command":"a"}, "thing": {"command":"b"}}}'), /twice/],
  'UTF-16': [(place) => place.write(codeFile, Buffer.from(`\ufeff${good}`, 'utf16le')), /UTF-16/],
  'bytes that are no UTF-8': [
    (place) => place.write(codeFile, Buffer.concat([Buffer.from('{"a": "'), Buffer.from([0xff]), Buffer.from('"}')])),
    /UTF-8/,
  ],
  'a root that is no object': [(place) => place.write(codeFile, '"text"'), /object/],
  'servers that are no object': [(place) => place.write(codeFile, '{"mcpServers": "no"}'), /mcpServers/],
  'a folder': [(place) => void mkdirSync(place.path(codeFile)), /folder/],
  'a pipe': [(place) => makePipe(place.path(codeFile)), /not a regular file/],
  'a link to nothing': [(place) => symlinkSync('nowhere.json', place.path(codeFile)), /link/],
  'a link to itself': [(place) => symlinkSync('.claude.json', place.path(codeFile)), /loop|circle/],
  'a file with two names': [(place) => linkSync(place.write('other.json', good), place.path(codeFile)), /hard link|two names|2 names/],
  'a read-only file': [(place) => chmodSync(place.write(codeFile, good), 0o444), /read-only/],
  'a file larger than 64 MiB': [(place) => truncateSync(place.write(codeFile, good), 65 * 1024 * 1024), /64 MiB/],
}

function makePipe(path: string): void {
  execFileSync('mkfifo', [path])
}

/** What cannot be written, seen by an ordinary user: root may do anything. */
const lacking = lacksOrdinaryUser()

describeUnless(lacking, 'a config that must not be written', () => {
  it.concurrent.each(Object.entries(cases))(
    'keeps its bytes while the other file is written, with the reason: %s',
    async (_what, [prepare, says, hasLine]) => {
      const place = quickHome()
      prepare(place)
      place.manifest({ thing: entry })
      const wrapper = asOrdinaryUser(place)
      const before = treeOf(place.home, ['.mcp-twin', '.config'])
      const document = await place.json(['sync'], { wrapper, timeoutMs: 60_000 })
      expect(document).toMatchObject({ code: 3, inSync: false, changed: true })
      const refused = document.steps.filter((step) => step.outcome === 'refused')
      expect(refused).toEqual([
        expect.objectContaining({ kind: 'refuse', client: 'claude-code', file: place.path(codeFile), hint: expect.stringMatching(/\S/) }),
      ])
      expect(refused[0]?.reason).toMatch(says)
      if (hasLine) expect(refused[0]?.reason).toMatch(/line \d+, column \d+|:\d+:\d+/)
      expect(treeOf(place.home, ['.mcp-twin', '.config'])).toEqual(before)
      expect(place.servers(oldFile)).toEqual({ thing: entry })
      const said = await place.run(['sync'], { wrapper })
      expect(said).toMatchObject({ code: 3, stdout: expect.stringContaining('left alone') })
      expect((await place.run(['sync', '--dry-run'], { wrapper })).code).toBe(3)
      expectTidy(place.home)
    },
  )

  it('lies in a folder that may not be written', async () => {
    const place = quickHome()
    place.write(cursorFile, good)
    place.manifest({ thing: entry })
    const wrapper = asOrdinaryUser(place)
    chmodSync(place.path('.cursor'), 0o555)
    const document = await place.json(['sync'], { wrapper })
    chmodSync(place.path('.cursor'), 0o755)
    expect(document.code).toBe(3)
    expect(document.steps.filter((step) => step.client === 'cursor')).toEqual([
      expect.objectContaining({ kind: 'refuse', change: 'none', outcome: 'refused', reason: expect.stringContaining('EACCES') }),
    ])
    expect(place.read(cursorFile)).toBe(good)
  })
})

describeUnless(lacksRoot, 'a link to a file of another user', () => {
  it('is refused', async () => {
    const place = quickHome()
    const elsewhere = mkdtempSync(join(tmpdir(), 'mcp-twin-test-'))
    try {
      const wrapper = asOrdinaryUser(place)
      writeFileSync(join(elsewhere, 'root.json'), good, { mode: 0o666 })
      chmodSync(elsewhere, 0o777)
      chmodSync(join(elsewhere, 'root.json'), 0o666)
      symlinkSync(join(elsewhere, 'root.json'), place.path(codeFile))
      place.manifest({ thing: entry })
      asOrdinaryUser(place)
      const document = await place.json(['sync'], { wrapper })
      expect(document.steps.find((step) => step.client === 'claude-code')).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('another user'),
      })
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })
})

describe("somebody else's server under the name of ours", () => {
  it('is not started, nor reported to answer', async () => {
    const place = quickHome()
    place.manifest({ thing: place.tiny })
    place.write(codeFile, '{"mcpServers": {"thing": {"command": "mine"}}}')
    const { checks } = (await place.run(['init', '--yes', '--json'])).json
    expect(checks).toEqual([expect.objectContaining({ server: 'thing', client: 'claude-code-config', ok: true })])
  })
})

describe('a config behind a symbolic link', () => {
  it('is changed at its target, and the link stays', async () => {
    const place = quickHome()
    place.write('dotfiles/claude.json', '{"theirs": 1}', 0o640)
    symlinkSync('dotfiles/claude.json', place.path('second'))
    symlinkSync('second', place.path(codeFile))
    place.manifest({ thing: entry })
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(lstatSync(place.path(codeFile)).isSymbolicLink()).toBe(true)
    expect(lstatSync(place.path('second')).isSymbolicLink()).toBe(true)
    expect(place.readJson('dotfiles/claude.json')).toEqual({ theirs: 1, mcpServers: { thing: entry } })
    expect(statSync(place.path('dotfiles/claude.json')).mode & 0o777).toBe(0o640)
    expectTidy(place.home)
    expect((await place.run(['undo'])).code).toBe(0)
    expect(lstatSync(place.path(codeFile)).isSymbolicLink()).toBe(true)
    expect(place.read('dotfiles/claude.json')).toBe('{"theirs": 1}')
  })
})

describe('a byte order mark', () => {
  it('is removed where Claude Code cannot read it, with a notice, and kept for Cursor', async () => {
    const place = quickHome()
    for (const file of [codeFile, cursorFile]) place.write(file, `\ufeff${good}`)
    place.manifest({ thing: entry })
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true })
    expect(document.notices.filter((notice: string) => notice.includes('BOM'))).toEqual([expect.stringMatching(/^Claude Code.*taken off/)])
    expect(place.read(codeFile).charCodeAt(0)).toBe('{'.charCodeAt(0))
    expect(place.read(cursorFile).charCodeAt(0)).toBe(0xfeff)
    expect((await place.run(['undo'])).code).toBe(0)
    expect(place.read(codeFile)).toBe(`\ufeff${good}`)
  })
})

describe('a read-only config that is in sync', () => {
  it('is left in peace', async () => {
    const place = quickHome()
    place.manifest({ thing: entry })
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    chmodSync(place.path(codeFile), 0o444)
    linkSync(place.path(oldFile), place.path('second-name.json'))
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true, steps: [] })
    expect((await place.run(['list'])).code).toBe(0)
  })

  it('is no crash in a folder that may not be entered', async () => {
    const place = quickHome()
    place.manifest({ thing: entry })
    mkdirSync(place.path('.cursor'))
    const wrapper = asOrdinaryUser(place)
    chmodSync(place.path('.cursor'), 0)
    const document = await place.json(['sync'], { wrapper })
    chmodSync(place.path('.cursor'), 0o755)
    expect(document.code).toBe(3)
    expect(document.steps.filter((step) => step.outcome === 'refused')).toEqual([expect.objectContaining({ client: 'cursor' })])
  })
})

describe('a config that is not there, or empty', () => {
  it.each([
    ['absent', null],
    ['empty', ''],
    ['white space', '\n \n'],
  ])('is created, private when it holds a key: %s', async (_what, text) => {
    const place = quickHome()
    if (text !== null) place.write(codeFile, text, 0o644)
    place.manifest({ thing: { ...entry, env: { K: '${secret:A_KEY}' } } })
    expect(await place.json(['sync'], { env: { MCP_TWIN_SECRET_A_KEY: 'k-0123456789' } })).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({ thing: { ...entry, env: { K: 'k-0123456789' } } })
    expect(statSync(place.path(codeFile)).mode & 0o777).toBe(0o600)
  })
})

describe('a key that differs from mcpServers only in case', () => {
  it('is left alone and reported', async () => {
    const place = quickHome()
    place.write(codeFile, '{"mcpservers":{"theirs":{"command":"t"}}}')
    place.manifest({ thing: entry })
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true })
    expect(document.notices.join()).toContain('mcpservers')
    expect(place.readJson(codeFile)).toEqual({ mcpservers: { theirs: { command: 't' } }, mcpServers: { thing: entry } })
    expect(stepsAs(document)[0]).toBe('write claude-code thing add done')
  })
})
