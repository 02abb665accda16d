import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeFile, cursorFile, desktopFile, type Home, oldFile, quickHome } from '../support/place.ts'

const key = 'ghp_q7Rt2Vx9Lm4Np8Ks1Wd6Zy3Bf5Hj0Tc4Ea7'
const codeText = (place: Home) => `{
  "numStartups": 3,
  "mcpServers": {
    "one": {"command": "${place.tiny.command}", "args": ["${place.tiny.args[0]}"], "env": {"ONE_API_KEY": "${key}"}, "timeout": 5},
    "two": { "command": "two", "args": [ "x.js" ] },
    "web": {"type": "http", "url": "http://127.0.0.1:9/mcp"}
  }
}
`
const cursorText = '// mine\n{ "mcpServers": { "two": { "command": "two", "args": ["x.js"] }, }, }\n'

/** A home with servers of its person in two programs, taken over by init. */
async function taken(more: readonly string[] = []): Promise<Home> {
  const place = quickHome()
  place.write(codeFile, codeText(place))
  place.write(cursorFile, cursorText)
  expect([0, 3]).toContain((await place.run(['init', '--yes', '--no-bridge', ...more])).code)
  return place
}
const must = async (place: Home, ...args: string[]) => {
  const { code, output } = await place.run(args)
  expect([0, 3], output).toContain(code)
  return output
}
const sameAsBefore = (place: Home) => {
  expect(place.read(codeFile)).toBe(codeText(place))
  expect(place.read(cursorFile)).toBe(cursorText)
  expect(place.has(oldFile)).toBe(false)
}
const edit = (place: Home, file: string, change: (servers: Record<string, Record<string, unknown>>) => void) => {
  const config = place.readJson(file) as { mcpServers: Record<string, Record<string, unknown>> }
  change(config.mcpServers)
  place.write(file, JSON.stringify(config, null, 2))
}

describe('uninstall', () => {
  it('gives every file back byte for byte after far more runs than are kept', async () => {
    const place = await taken()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    for (let round = 0; round < 17; round++) {
      await must(place, 'disable', 'two')
      await must(place, 'enable', 'two')
    }
    expect(readdirSync(place.path('.mcp-twin/backups')).filter((name) => /^\d/.test(name))).toHaveLength(30)
    const shown = await must(place, 'uninstall', '--dry-run')
    expect(shown.match(/as it was before/g)?.length).toBeGreaterThanOrEqual(4)
    expect(shown).not.toContain(key)
    await must(place, 'uninstall', '--yes')
    sameAsBefore(place)
    expect(place.has('.mcp-twin/backups/originals')).toBe(false)
  })

  it('gives an entry back byte for byte whose fields stood in another order, though it was away in between', async () => {
    const place = quickHome()
    const text = '{"mcpServers": {"two": {"type":"stdio","env":{"B":"2","A":"1"},"command":"two","args":["x.js"]}}}'
    place.write(codeFile, text)
    await must(place, 'init', '--yes', '--no-bridge')
    await must(place, 'disable', 'two')
    await must(place, 'enable', 'two', '--no-try')
    await must(place, 'uninstall', '--yes')
    expect(place.read(codeFile)).toBe(text)
  })

  it('needs no right to a file that was read-only before, and stays as it is', async () => {
    const place = quickHome()
    place.write(codeFile, codeText(place))
    place.write(cursorFile, cursorText)
    chmodSync(place.path(cursorFile), 0o444)
    await must(place, 'init', '--yes')
    await must(place, 'uninstall', '--yes')
    sameAsBefore(place)
    expect(statSync(place.path(cursorFile)).mode & 0o777).toBe(0o444)
    expect(place.has('.mcp-twin/bin')).toBe(false)
  })

  it('stops where its records are gone, and says how it goes on', async () => {
    const place = quickHome()
    place.write(codeFile, codeText(place))
    await must(place, 'init', '--yes')
    rmSync(place.path('.mcp-twin/state.json'))
    for (const how of ['--yes', '--dry-run']) {
      const { code, output } = await place.run(['uninstall', how])
      expect(code, output).toBe(1)
      expect(output).toMatch(/state\.json is gone[\s\S]*mcp-twin sync --adopt/)
    }
    expect(place.has('.mcp-twin/bin')).toBe(true)
    await must(place, 'sync', '--adopt')
    await must(place, 'uninstall', '--yes')
    expect(Object.keys(place.servers(codeFile)).sort()).toEqual(['one', 'two', 'web'])
    // After an undo of everything there are no records either, but nothing of ours.
    await must(place, 'uninstall', '--yes')
  })

  it('leaves the mark at the front of a file that was only taken over, though its program cannot read it', async () => {
    const place = quickHome()
    const text = `\uFEFF${codeText(place)}`
    place.write(codeFile, text)
    await must(place, 'init', '--yes', '--no-bridge')
    expect(place.read(codeFile)).toBe(text)
    await must(place, 'uninstall', '--yes')
    expect(place.read(codeFile)).toBe(text)
  })

  it('leaves out what its person took out after an undo, though it was enabled and disabled again', async () => {
    const place = quickHome()
    place.write(codeFile, codeText(place))
    await must(place, 'init', '--yes', '--no-bridge')
    await must(place, 'uninstall', '--yes')
    // An entry of ours, so that the file is written; the manifest is still there.
    await must(place, 'add', 'ours', '--no-try', '--command', 'node', '--', 'ours.js')
    edit(place, codeFile, (servers) => {
      servers.mine = { command: 'mine' }
    })
    await must(place, 'undo')
    edit(place, codeFile, (servers) => {
      delete servers.two
    })
    await must(place, 'enable', 'two', '--no-try')
    await must(place, 'disable', 'two')
    await must(place, 'uninstall', '--yes')
    expect(Object.keys(place.servers(codeFile)).sort()).toEqual(['mine', 'one', 'web'])
  })

  it('gives back what is only disabled, narrowed or renamed', async () => {
    const place = await taken()
    await must(place, 'disable', 'two')
    await must(place, 'disable', 'web', '--client', 'claude-code')
    await must(place, 'uninstall', '--yes')
    sameAsBefore(place)
    const other = await taken()
    await must(other, 'rename', 'two', 'second')
    await must(other, 'uninstall', '--yes')
    expect(other.servers(codeFile)).toMatchObject({ one: { timeout: 5 }, second: { command: 'two', args: ['x.js'] } })
    expect(Object.keys(other.servers(codeFile))).toHaveLength(3)
  })

  it.each([
    ['edited by hand', []],
    ['edited by hand and taken over', ['sync', '--adopt']],
  ])('leaves an entry that was %s as its person left it', async (_how, command) => {
    const place = await taken()
    edit(place, codeFile, (servers) => {
      servers.two = { ...servers.two, args: ['mine.js'] }
    })
    if (command.length > 0) await must(place, ...command)
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toMatchObject({
      one: { env: { ONE_API_KEY: key }, timeout: 5 },
      two: { command: 'two', args: ['mine.js'] },
    })
  })

  it('leaves what was edited after an undo, and a server that came later', async () => {
    const place = await taken()
    await must(place, 'undo')
    expect(place.read(codeFile)).toBe(codeText(place))
    const edited = codeText(place).replace('x.js', 'edited.js')
    place.write(codeFile, edited)
    await must(place, 'init', '--yes', '--no-bridge')
    edit(place, codeFile, (servers) => {
      servers.later = { command: 'later', args: ['l.js'], alwaysAllow: ['a'] }
    })
    await must(place, 'sync', '--adopt')
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    await must(place, 'uninstall', '--yes')
    const servers = place.servers(codeFile)
    expect(Object.keys(servers).sort()).toEqual(['later', 'one', 'two', 'web'])
    expect(servers).toMatchObject({ two: { args: ['edited.js'] }, later: { command: 'later', args: ['l.js'], alwaysAllow: ['a'] } })
  })

  it.each([
    ['after the undo of another run', ['undo']],
    ['after an undo that left nothing of ours in the file', ['undo', 'undo']],
  ])('gives back what is disabled %s', async (_when, undos) => {
    const place = quickHome()
    const before = '{ "mcpServers": { "two": { "command": "two", "args": ["x.js"] } } }'
    place.write(cursorFile, before)
    await must(place, 'init', '--yes', '--no-bridge')
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    const [{ id: added }] = (await place.run(['undo', '--list', '--json'])).json.runs
    await must(place, 'disable', 'two')
    if (undos.length > 1) await must(place, 'add', 'more', '--command', 'node', '--', 'more.js')
    await must(place, 'undo', ...(undos.length === 1 ? [added] : []))
    if (undos.length > 1) await must(place, 'remove', 'ours')
    await must(place, 'uninstall', '--yes')
    expect(place.readJson(cursorFile)).toEqual(JSON.parse(before))
  })

  it('keeps a new key, and gives back what --force had replaced', async () => {
    const place = await taken()
    const fresh = 'ghp_Zx1Cv2Bn3Mq4Wa5Er6Ty7Ui8Op9As0Df1Gh'
    await place.run(['secret', 'set', 'ONE_API_KEY'], { input: fresh })
    await must(place, 'sync')
    place.write(desktopFile, '{"mcpServers":{"two":{"command":"theirs"}}}')
    await must(place, 'sync', '--client', 'claude-desktop', '--force')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toMatchObject({ one: { env: { ONE_API_KEY: fresh }, timeout: 5 } })
    expect(place.read(desktopFile)).toBe('{"mcpServers":{"two":{"command":"theirs"}}}')
  })

  it('from an older version, or with its copies damaged, loses nothing', async () => {
    const place = await taken()
    rmSync(place.path('.mcp-twin/backups/originals'), { recursive: true })
    await must(place, 'disable', 'web')
    await must(place, 'enable', 'web')
    await must(place, 'uninstall', '--yes')
    expect(place.readJson(codeFile)).toEqual(JSON.parse(codeText(place)))
    for (const damage of ['index.json', 'copy']) {
      const other = await taken()
      const folder = other.path('.mcp-twin/backups/originals')
      const copy = readdirSync(folder).find((name) => name.endsWith('.claude.json')) ?? 'none'
      writeFileSync(join(folder, damage === 'copy' ? copy : damage), '{"other": 1}')
      const said = await must(other, 'uninstall', '--yes')
      expect(said).not.toContain(key)
      expect(Object.keys(other.servers(codeFile)).sort()).toEqual(['one', 'two', 'web'])
      expect(other.servers(codeFile)).toMatchObject({ one: { env: { ONE_API_KEY: key } }, two: { args: ['x.js'] } })
    }
  })

  it('keeps its copies for their owner alone, and names them where they hold a removed key', async () => {
    const place = await taken()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    const folder = place.path('.mcp-twin/backups/originals')
    expect(statSync(folder).mode & 0o077).toBe(0)
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
    expect(readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(key))).not.toEqual([])
    const said = await must(place, 'secret', 'remove', 'ONE_API_KEY', '--yes')
    expect(said).toContain('backups/originals')
    await must(place, 'uninstall', '--purge', '--yes')
    expect(place.has('.mcp-twin')).toBe(false)
  })
})
