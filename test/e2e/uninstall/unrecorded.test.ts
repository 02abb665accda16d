import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codeFile, cursorFile, type Home, quickHome } from '../support/place.ts'

const must = async (place: Home, args: readonly string[], cwd = place.home) => {
  const result = await place.run(args, { cwd })
  expect([0, 3], result.output).toContain(result.code)
  return result
}

/** The records lose a file, as if mcp-twin had never written it. */
const forget = (place: Home, ...named: string[]) => {
  const state = place.readJson('.mcp-twin/state.json') as { files: Record<string, Record<string, unknown>> }
  for (const clients of Object.values(state.files)) for (const name of named) delete clients[name]
  place.write('.mcp-twin/state.json', JSON.stringify(state))
}

describe('entries that start mcp-twin and of which its records know nothing', () => {
  // A server with a key is started by mcp-twin in a project.
  const key = 'ghp_q7Rt2Vx9Lm4Np8Ks1Wd6Zy3Bf5Hj0Tc4Ea7'
  const text = `{ "mcpServers": { "site": { "command": "site", "args": ["s.js"], "env": { "SITE_API_KEY": "${key}" } } } }\n`
  const site = 'work/site'
  const project = async (): Promise<Home> => {
    const place = quickHome()
    place.write(`${site}/.mcp.json`, text)
    place.write(`${site}/.cursor/mcp.json`, '{ "mcpServers": {} }\n')
    place.write(`${site}/.git/HEAD`, '')
    await must(place, ['init', '--project', '--yes', '--no-bridge'], place.path(site))
    return place
  }
  const expectAsBefore = (place: Home) => {
    expect(place.read(`${site}/.mcp.json`)).toBe(text)
    expect(place.read(`${site}/.cursor/mcp.json`)).toBe('{ "mcpServers": {} }\n')
  }

  it.each([
    ['of the project', []],
    ['of everything', ['--all']],
    ['of everything, typed elsewhere', null],
  ])('go with an uninstall %s, after an undo of the uninstall before', async (_what, flags) => {
    const place = await project()
    await must(place, ['uninstall', '--yes'], place.path(site))
    expectAsBefore(place)
    await must(place, ['undo'], place.path(site))
    expect(place.read(`${site}/.cursor/mcp.json`)).toContain('.mcp-twin')
    await must(place, ['uninstall', '--yes', ...(flags ?? [])], flags === null ? place.home : place.path(site))
    expectAsBefore(place)
  })

  it('are managed again after an undo of an uninstall of their project', async () => {
    const place = await project()
    await must(place, ['uninstall', '--yes'], place.path(site))
    await must(place, ['undo'], place.path(site))
    expect((await place.run(['sync', '--check'], { cwd: place.path(site) })).code).toBe(0)
    expect((await must(place, ['remove', 'site'], place.path(site))).output).not.toContain('not managed')
    expect(place.read(`${site}/.cursor/mcp.json`)).not.toContain('.mcp-twin')
  })

  it.each([
    ['the records', []],
    ['the records and the first copies, though not the backups,', ['.mcp-twin/backups/originals']],
  ])('go where %s were lost', async (_what, lost) => {
    const place = await project()
    forget(place, 'claude-code', 'cursor')
    for (const each of lost) rmSync(place.path(each), { recursive: true })
    await must(place, ['uninstall', '--yes', '--all'], place.path(site))
    expectAsBefore(place)
  })

  const launched = (place: Home, name: string) => ({ command: 'node', args: [place.path('.mcp-twin/bin/mcp-twin.mjs'), 'run', name] })
  const begun = async (): Promise<Home> => {
    const place = quickHome()
    place.write(codeFile, '{"mcpServers":{"two":{"command":"two","args":["x.js"]}}}')
    await must(place, ['init', '--yes', '--no-bridge'])
    return place
  }

  it('are written as they work without mcp-twin where a person copied them to another program', async () => {
    const place = await begun()
    place.write(cursorFile, JSON.stringify({ mcpServers: { copied: launched(place, 'two'), theirs: { command: 'theirs' } } }))
    const planned = await must(place, ['uninstall', '--dry-run'])
    expect(planned.stdout).toContain('copied')
    await must(place, ['uninstall', '--yes'])
    expect(place.servers(cursorFile)).toEqual({
      copied: expect.objectContaining({ command: 'two', args: ['x.js'] }),
      theirs: { command: 'theirs' },
    })
  })

  it('go where nothing tells what they start', async () => {
    const place = await begun()
    place.write(cursorFile, JSON.stringify({ mcpServers: { copied: launched(place, 'gone'), theirs: { command: 'theirs' } } }))
    await must(place, ['uninstall', '--yes'])
    expect(place.servers(cursorFile)).toEqual({ theirs: { command: 'theirs' } })
  })

  it('keep the program where they are in a file that cannot be read, and are named', async () => {
    const place = await begun()
    place.write(cursorFile, `{ "mcpServers": { "copied": ${JSON.stringify(launched(place, 'two'))}, `)
    const { code, output } = await place.run(['uninstall', '--yes'])
    expect([code, output]).toEqual([3, expect.stringContaining('~/.cursor/mcp.json')])
    expect(place.has('.mcp-twin/bin')).toBe(true)
  })

  it('keep the program where it is not known what becomes of them, and are named', async () => {
    const place = await begun()
    const odd = { command: 'node', args: [place.path('.mcp-twin/bin/mcp-twin.mjs'), 'doctor'] }
    place.write(cursorFile, JSON.stringify({ mcpServers: { odd } }))
    const { code, output } = await place.run(['uninstall', '--yes'])
    expect([code, output]).toEqual([3, expect.stringContaining('odd')])
    expect(place.servers(cursorFile)).toEqual({ odd })
    expect(place.has('.mcp-twin/bin')).toBe(true)
  })

  it('are left alone where they only name a folder of mcp-twin', async () => {
    const place = await begun()
    const notes = { command: 'notes', args: ['--folder', place.path('.mcp-twin/backups'), '--log', '~/.mcp-twin/bin'] }
    place.write(cursorFile, JSON.stringify({ mcpServers: { notes } }))
    await must(place, ['uninstall', '--yes'])
    expect(place.servers(cursorFile)).toEqual({ notes })
  })

  it('does not look twice at a broken file of a program that it never wrote', async () => {
    const place = await begun()
    place.write(cursorFile, '{ broken')
    await must(place, ['uninstall', '--yes'])
    expect(place.read(cursorFile)).toBe('{ broken')
  })
})
