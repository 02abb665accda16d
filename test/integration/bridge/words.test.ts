import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkClient } from '../../../src/bridge/start/settings.ts'
import { TwinError } from '../../../src/errors.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
afterEach(() => place.close())

describe('what opens a folder that is not allowed', () => {
  it('is the manifest where it names the folders', async () => {
    place = desk()
    expect(await place.refused('read_file', { path: join(place.O, 's') })).toMatch(/mcp-twin roots add '/)
  })
  it("is the client's entry where --root replaces them", async () => {
    place = desk({ flags: ['root'] })
    const said = await place.refused('read_file', { path: join(place.O, 's') })
    expect(said).toMatch(/--root .*client's entry/)
    expect(said).not.toMatch(/add a folder to bridge\.roots/)
  })
})

describe('what lets tools write or run', () => {
  it('is the manifest, or what was said on the command line', async () => {
    place = desk({ readOnly: true })
    expect(await place.refused('write_file', { path: 'f', content: 'x' })).toMatch(/change bridge\.readOnly in the manifest/)
    const flagged = desk({ readOnly: true, flags: ['read-only', 'terminal'] })
    expect(await flagged.refused('write_file', { path: 'f', content: 'x' })).toMatch(/take --read-only out of the client's entry/)
    expect(await flagged.refused('execute_command', { command: 'true' })).toMatch(/change --terminal in the client's entry/)
    await flagged.close()
  })
})

describe('why something is closed', () => {
  it('is reported with its reason: keys, a rule of the manifest, or the system', async () => {
    const scratch = desk()
    const secret = join(scratch.A, 'private')
    mkdirSync(secret)
    place = desk({ roots: [scratch.A, scratch.home, '/'], closed: [...scratch.bridge.settings.closed, secret], deny: [secret] })
    expect(await place.refused('read_file', { path: join(secret, 'f') })).toMatch(/is closed: bridge\.deny in the manifest names it/)
    expect(await place.refused('read_file', { path: '/dev/zero' })).toMatch(/is closed: it is a part of the system, not a file/)
    expect(await place.refused('read_file', { path: join(scratch.home, '.ssh', 'id') })).toMatch(
      /is closed: it holds keys, logins or settings/,
    )
    expect(await place.refused('read_file', { path: join(scratch.A, '.mcp.json') })).toMatch(/is closed: it holds keys, logins or settings/)
    await scratch.close()
  })
})

describe('a link that leads out of the allowed folders', () => {
  it('is reported as a link, without its target', async () => {
    place = desk()
    symlinkSync(join(place.O, 's'), join(place.A, 'pw'))
    symlinkSync(place.O, join(place.A, 'way'))
    for (const path of [join(place.A, 'pw'), 'pw', 'way/s']) {
      const said = await place.refused('read_file', { path })
      expect(said).toMatch(/leads outside the allowed folders .*, through a link\. A person/)
      expect(said).not.toContain(place.O)
    }
    expect(await place.refused('read_file', { path: join(place.A, '..', 'O', 's') })).toMatch(/is outside the allowed folders/)
  })
})

describe('a refusal', () => {
  it('repeats no control character and no character that reverses text', async () => {
    place = desk()
    for (const [name, args] of [
      ['read_file', { path: 'a\u001b[31m\u009b\u202egnp' }],
      ['search_text', { path: '.', pattern: '(\u202e\u001b' }],
      ['search_files', { path: '.', glob: '[\u202e\u001b' }],
      ['set_config', { key: '\u202e\u001b', value: 1 }],
      ['read_file', { '\u202e\u001b': 1 }],
    ] as const) {
      const said = await place.refused(name, args)
      expect(said, name).not.toMatch(/[\u001b\u009b\u202e]/)
    }
  })
})

describe('the name of a client', () => {
  it.each(['ev\nil', '\u001b[31mred', 'a\u202eb', 'a\u200bb', 'x'.repeat(65), 'any', ' Any'])('%j is not taken', (name) => {
    place = desk()
    try {
      checkClient(name)
    } catch (error) {
      if (!(error instanceof TwinError)) throw error
      expect([error.exit, error.hint]).toEqual([2, expect.stringMatching(/--client takes/)])
      expect(error.message).not.toMatch(/[\u0000-\u001f\u200b\u202e]/)
      return
    }
    throw new Error('it was taken')
  })
  it.each(['claude-code', 'my editor 2', 'Éditeur', 'x'.repeat(64)])('%s is taken', (name) => {
    place = desk()
    checkClient(name)
  })
})

describe('a number beyond all bounds', () => {
  it('is answered with the bounds', async () => {
    place = desk()
    expect(await place.refused('read_file', { path: 'f', limit: 1e20 })).toBe('"limit" must be between 1 and 9007199254740991, not 1e+20.')
    expect(await place.refused('search_text', { path: 'f', pattern: 'x', max_results: 1e20 })).toBe(
      '"max_results" must be between 1 and 1000, not 1e+20.',
    )
    expect(await place.refused('read_file', { path: 'f', offset: -1e20 })).toMatch(/must be between -9007199254740991 and/)
  })
})

describe('the status', () => {
  const status = async (at: Desk, client = 'tester') => {
    const answer = await at.call('bridge_status', {}, { client })
    return { said: textOf(answer), data: answer.structuredContent as { problems: string[]; families: string[]; client: string } }
  }
  it('names an allowed folder that is missing, no folder, or opens nothing', async () => {
    const scratch = desk()
    const file = scratch.put('file', 'x')
    place = desk({
      roots: [scratch.A, file, join(scratch.base, 'gone'), join(scratch.home, '.ssh')],
      closed: scratch.bridge.settings.closed,
    })
    const { said, data } = await status(place)
    expect(data.problems).toHaveLength(3)
    for (const [at, words] of [
      [file, /is a file: nothing but it is open there/],
      [join(scratch.base, 'gone'), /is not there: nothing is open there until it is made/],
      [join(scratch.home, '.ssh'), /opens nothing: .*is closed/],
    ] as const) {
      expect(data.problems.find((problem) => problem.includes(at))).toMatch(words)
      expect(said).toMatch(words)
    }
    await scratch.close()
  })
  it('does not list a family that is off', async () => {
    place = desk({ terminal: 'off' })
    expect((await status(place)).data.families).toEqual(['files', 'search', 'memory', 'handoff', 'actions', 'bridge'])
    const on = desk({ terminal: 'on' })
    expect((await status(on)).data.families).toContain('terminal')
    await on.close()
  })
  it('names the client that asks', async () => {
    place = desk()
    const { said, data } = await status(place, 'session abc')
    expect([data.client, said.includes('session abc')]).toEqual(['session abc', true])
  })
  it('shows hidden characters in the name of a folder', async () => {
    const scratch = desk()
    const odd = join(scratch.A, 'a\u001b[31m\u202eb')
    mkdirSync(odd)
    writeFileSync(join(odd, 'f'), 'x')
    place = desk({ roots: [odd] })
    expect((await status(place)).said).not.toMatch(/[\u001b\u202e]/)
    expect(execFileSync('ls', [odd]).toString()).toBe('f\n')
    await scratch.close()
  })
})
