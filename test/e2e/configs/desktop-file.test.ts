import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sample } from '../../support/runs.ts'
import type { SideFacts } from '../../support/side.ts'
import { type Planted, type WorldBuilder, world } from '../../support/world.ts'
import { documentOf } from '../support/place.ts'

// Which of its files Claude Desktop reads, and what becomes of the others.

const name = 'claude_desktop_config.json'
const local = 'C:\\Users\\Ana\\AppData\\Local'
const places = {
  moved: `C:\\moved\\${name}`,
  data: `${local}\\Claude-Data\\claude_pzs8sxrjxfjjc\\${name}`,
  claude: `${local}\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\${name}`,
  store: `${local}\\Packages\\AnthropicPBC.Claude_fnn82j28hfe8t\\LocalCache\\Roaming\\Claude\\${name}`,
  classic: `C:\\Users\\Ana\\AppData\\Roaming\\Claude\\${name}`,
}
type Place = keyof typeof places
const entry = { command: 'node', args: ['x.mjs'] }
const manifest = JSON.stringify({ version: 1, servers: { plain: entry }, bridge: { enabled: false } })
const empty = '{"mcpServers":{}}'
const withServer = (server: string) => JSON.stringify({ mcpServers: { [server]: { command: server } } })
const HOUR = 3_600_000

type Shape = (windows: WorldBuilder) => WorldBuilder
const OWN = '.mcp-twin/mcp-twin.json'
const directions = {
  'home in WSL': (facts: Partial<SideFacts>, shape: Shape) => shape(world().quick().wsl('Ubuntu').file(OWN, manifest).windows(facts)),
  'home on Windows': (facts: Partial<SideFacts>, shape: Shape) =>
    shape(world().quick().windows(facts).file(OWN.replace('/', '\\'), manifest)).wsl('Ubuntu'),
}

const windowsOf = (planted: Planted) => planted.side('windows')
/** The program is at work in a folder: its `Local State` was written so many hours ago. */
function use(planted: Planted, place: Place, hours: number): void {
  const file = places[place].replace(name, 'Local State')
  windowsOf(planted).write(file, '{}')
  const at = (Date.now() - hours * HOUR) / 1000
  utimesSync(windowsOf(planted).here(file), at, at)
}
const serversIn = (planted: Planted, place: Place): unknown => JSON.parse(windowsOf(planted).read(places[place])).mcpServers

const sync = async (planted: Planted, args: readonly string[] = ['sync']) => {
  const result = await planted.cli([...args, '--json'])
  return { ...documentOf(result), code: result.code }
}

interface Finding {
  check: string
  level: string
  message: string
  fix: string | null
  detail?: string[]
}
const found = async (planted: Planted, check: string, args: readonly string[] = []): Promise<Finding[]> => {
  const { json } = await planted.cli(['doctor', '--check', check, ...args, '--json'])
  return json.findings.filter(
    (each: { environment?: string; subject: string }) => each.environment === 'windows' && /Claude Desktop/.test(each.subject),
  )
}

describe.each(Object.entries(directions))("Claude Desktop's file, with %s", (direction, build) => {
  const planted = (configs: Partial<Record<Place, string>>, used: Partial<Record<Place, number>> = {}, facts: Partial<SideFacts> = {}) => {
    const made = build(facts, (windows) =>
      Object.entries(configs).reduce((sum, [place, text]) => sum.file(places[place as Place], text), windows),
    ).build()
    for (const [place, hours] of Object.entries(used)) use(made, place as Place, hours)
    return made
  }

  // Which one it is, is decided alike wherever home is.
  const all = direction === 'home in WSL' ? Infinity : 2
  it.each(
    sample<[string, Partial<Record<Place, string>>, Partial<Record<Place, number>>, Place, RegExp]>(
      [
        ['the usual one where nothing is there', {}, {}, 'classic', /usual one/],
        [
          'the first of four where none was used',
          { data: empty, claude: empty, store: empty, classic: empty },
          {},
          'data',
          /no folder has a "Local State"/,
        ],
        ["claude.ai's package before the Store's", { claude: empty, store: empty, classic: empty }, {}, 'claude', /no folder has/],
        ["the Store's package", { store: empty, classic: empty }, {}, 'store', /no folder has/],
        [
          'the one that was used last, though it comes last',
          { data: empty, classic: empty },
          { data: 40, classic: 2 },
          'classic',
          /newest/,
        ],
        ['the only one that was used, without a config', { data: empty, classic: empty }, { store: 200 }, 'store', /newest/],
        ['one in Claude-Data that was used, without a config', { classic: empty }, { data: 1, classic: 9 }, 'data', /newest/],
      ],
      all,
    ),
  )('is %s', async (_title, configs, used, live, reason) => {
    const place = planted(configs, used)
    expect((await found(place, 'config-found'))[0]?.message).toMatch(reason)
    const { code, notices, inSync } = await sync(place)
    expect([code, inSync], notices.join('\n')).toEqual([0, true])
    expect(serversIn(place, live)).toEqual({ plain: entry })
    const stale = (Object.keys(configs) as Place[]).filter((each) => each !== live)
    for (const each of stale) {
      expect(windowsOf(place).read(places[each])).toBe(empty)
      expect(notices.join('\n')).toContain(`${places[each]} is a stale copy: Claude Desktop reads ${places[live]} (`)
    }
    for (const each of Object.keys(places) as Place[])
      expect(windowsOf(place).has(places[each]), each).toBe(each === live || configs[each] !== undefined)
    const before = await found(place, 'config-found')
    expect(before[0]).toMatchObject({ level: 'info', detail: [`live   ${places[live]}`] })
    expect(before.slice(1).map(({ detail = [] }) => detail.join(' '))).toEqual(stale.map((each) => expect.stringContaining(places[each])))
    // Written, it stays: nothing is to be done again.
    expect(await sync(place)).toMatchObject({ code: 0, changed: false })
  })

  it('is refused when two with different servers were used within a day, until one is named', async () => {
    const configs = { claude: withServer('a'), classic: withServer('b') }
    const place = planted(configs, { claude: 2, classic: 5 })
    const { code, steps } = await sync(place)
    expect(code).toBe(3)
    const refused = steps.find(({ outcome }) => outcome === 'refused')
    expect(refused).toMatchObject({ client: 'claude-desktop', hint: expect.stringContaining('--desktop-config') })
    for (const each of ['claude', 'classic'] as const) {
      expect(refused?.reason).toContain(places[each])
      expect(windowsOf(place).read(places[each])).toBe(configs[each])
    }
    expect(steps.some(({ client, outcome }) => client === 'claude-code' && outcome === 'done')).toBe(true)
    expect(await found(place, 'config-found')).toMatchObject([{ level: 'error', fix: expect.stringContaining('--desktop-config') }])
    expect(await sync(place, ['sync', '--desktop-config', places.classic])).toMatchObject({ code: 0, inSync: true })
    expect(serversIn(place, 'classic')).toMatchObject({ plain: entry })
    expect(place.self.read('.mcp-twin/mcp-twin.json')).toContain(JSON.stringify(places.classic))
    expect(await sync(place)).toMatchObject({ code: 0, changed: false })
    expect(windowsOf(place).read(places.claude)).toBe(configs.claude)
  })

  it('is not refused when their servers differ only by ours', async () => {
    const ours = { command: 'C:\\node.exe', args: ['C:\\Users\\Ana\\.mcp-twin\\bin\\mcp-twin.mjs', 'serve'] }
    const place = planted(
      { claude: withServer('a'), classic: JSON.stringify({ mcpServers: { a: { command: 'a' }, 'mcp-twin': ours } }) },
      { claude: 2, classic: 5 },
    )
    expect((await sync(place)).code).toBe(0)
    expect(serversIn(place, 'claude')).toEqual({ a: { command: 'a' }, plain: entry })
  })

  it('follows the program to another folder after a day, and names the old file', async () => {
    const place = planted({ classic: empty }, { classic: 30 })
    await sync(place)
    const left = windowsOf(place).read(places.classic)
    windowsOf(place).write(places.data, empty)
    use(place, 'data', 7)
    expect(await sync(place)).toMatchObject({ code: 0, changed: false })
    expect(windowsOf(place).read(places.data)).toBe(empty)

    use(place, 'data', 5)
    const { code, notices } = await sync(place)
    expect(code).toBe(0)
    expect(serversIn(place, 'data')).toEqual({ plain: entry })
    expect(windowsOf(place).read(places.classic)).toBe(left)
    expect(notices.join('\n')).toMatch(/stale copy.*entries of ours in it, with their keys, stay there/)
    const [choice, stale] = await found(place, 'config-found')
    expect(choice?.message).toContain('written before')
    expect(stale).toMatchObject({
      level: 'warning',
      detail: [expect.anything(), expect.anything(), expect.stringContaining('ours among them')],
    })

    const gone = await place.cli(['uninstall', '--yes', '--json'])
    expect(gone.code, gone.output).toBe(0)
    for (const each of ['data', 'classic'] as const) expect(serversIn(place, each) ?? {}).toEqual({})
  })

  it('counts the folder that CLAUDE_USER_DATA_DIR names on Windows', async () => {
    const variables = { CLAUDE_USER_DATA_DIR: 'C:\\moved' }
    const first = planted({ moved: empty, data: empty, classic: empty }, {}, { variables })
    expect((await sync(first)).code).toBe(0)
    expect(serversIn(first, 'moved')).toEqual({ plain: entry })
    expect(serversIn(first, 'classic')).toEqual({})
    expect((await found(first, 'config-found', ['--verbose']))[0]?.detail).toEqual([`live   ${places.moved}`])
    const unused = planted({ moved: empty, classic: empty }, { classic: 800 }, { variables })
    expect((await sync(unused)).code).toBe(0)
    expect(serversIn(unused, 'classic')).toEqual({ plain: entry })
    const fresh = planted({}, {}, { variables })
    expect((await sync(fresh)).code).toBe(0)
    expect(serversIn(fresh, 'moved')).toEqual({ plain: entry })
  })

  it('gets a server that only a stale copy has, and leaves the copy alone', async () => {
    const copy = JSON.stringify({ mcpServers: { mine: { command: 'C:\\mine.exe' }, plain: { command: 'an older one' } } })
    const place = planted({ claude: empty, classic: copy })
    await sync(place)
    const [, lost] = await found(place, 'config-found')
    expect(lost).toMatchObject({ level: 'error', fix: expect.stringContaining(`--adopt --desktop-config`) })
    const { code, notices } = await sync(place, ['sync', '--adopt', '--desktop-config', places.classic])
    expect(code, notices.join('\n')).toBe(0)
    expect(serversIn(place, 'claude')).toEqual({ plain: entry, mine: { command: 'C:\\mine.exe' } })
    expect(windowsOf(place).read(places.classic)).toBe(copy)
    expect(place.self.read(OWN)).not.toContain('claude_desktop_config')
    expect(await found(place, 'config-found')).toMatchObject([{ level: 'info' }, { level: 'warning' }])
  })

  describe('of a package that has none yet, which Windows shows the usual one', () => {
    const theirs = '{\n  "preferences": { "a": 1.0 },\n  "mcpServers": { "mine": { "command": "m" } }\n}\n'

    it('starts with the content that the program saw until then', async () => {
      const place = planted({ classic: theirs }, { store: 2 })
      expect(await sync(place)).toMatchObject({ code: 0, inSync: true, unmanaged: [{ client: 'claude-desktop', server: 'mine' }] })
      expect(serversIn(place, 'store')).toEqual({ mine: { command: 'm' }, plain: entry })
      expect(windowsOf(place).read(places.store)).toContain('"preferences": { "a": 1.0 }')
      expect(windowsOf(place).read(places.classic)).toBe(theirs)
      expect((await place.cli(['undo', '--json'])).code).toBe(0)
      expect(windowsOf(place).has(places.store)).toBe(false)
    })

    it('is created although the usual one has the same content', async () => {
      const place = planted({ classic: theirs })
      await sync(place)
      const before = windowsOf(place).read(places.classic)
      use(place, 'claude', 1)
      expect(await sync(place, ['sync', '--check'])).toMatchObject({ code: 3, inSync: false })
      expect(await sync(place)).toMatchObject({ code: 0, inSync: true })
      expect(windowsOf(place).read(places.claude)).toBe(before)
    })

    it('is refused where the usual one is broken, with its place', async () => {
      const place = planted({ classic: '{\n  "a": 1\n  "b": 2\n}' }, { claude: 1 })
      const { code, steps } = await sync(place)
      expect(code).toBe(3)
      expect(steps.find(({ outcome }) => outcome === 'refused')?.reason).toMatch(
        /Roaming\\Claude\\claude_desktop_config\.json, which .* line 3/,
      )
      expect(windowsOf(place).has(places.claude)).toBe(false)
    })
  })

  it('is written where a person named it although another is in use, with a report', async () => {
    const place = planted({ classic: empty }, { data: 1 })
    expect((await sync(place, ['sync', '--desktop-config', places.classic])).code).toBe(0)
    const { notices } = await sync(place)
    expect(notices.join('\n')).toContain(`seems to read ${places.data} by now`)
    const [, doubt] = await found(place, 'config-found')
    expect(doubt).toMatchObject({ level: 'warning', fix: expect.stringContaining(places.data) })
  })

  describe('and policies', () => {
    it.each(
      sample<[string, object, string]>(
        [
          ['isLocalDevMcpEnabled: false', { isLocalDevMcpEnabled: false }, 'error'],
          ['a DWORD of 0 of the user', { 'HKCU\\SOFTWARE\\Policies\\Claude': { isLocalDevMcpEnabled: 0 } }, 'error'],
          ['isLocalDevMcpEnabled: 1', { isLocalDevMcpEnabled: 1 }, 'ok'],
          ['others', { isDesktopExtensionEnabled: false }, 'ok'],
        ],
        all,
      ),
    )('%s', async (_title, policies, level) => {
      const place = planted({ classic: empty }, {}, { policies: { ...policies } })
      await sync(place)
      expect(await found(place, 'desktop-policy')).toMatchObject([{ level: 'skipped' }])
      const deep = await found(place, 'desktop-policy', ['--deep'])
      expect(deep).toMatchObject([{ level }])
      if (level === 'error')
        expect(deep[0]).toMatchObject({
          message: expect.stringContaining('plain'),
          fix: expect.stringContaining('set isLocalDevMcpEnabled to 1'),
        })
    })
  })
})

describe("Claude Desktop's folder on a side of its own", () => {
  it.each([
    ['Linux', () => world().quick().linux(), 'linux', '.config/Claude'],
    ['macOS', () => world().quick().macos(), 'macos', 'Library/Application Support/Claude'],
  ] as const)('is the one that CLAUDE_USER_DATA_DIR names on %s; ours stay in the usual one', async (_, build, id, usual) => {
    const place = build().file(OWN, manifest).file(`${usual}/${name}`, empty).build()
    const home = place.self.here(place.self.facts.home)
    const config = (folder: string) => JSON.parse(place.self.read(`${folder}/${name}`)).mcpServers
    expect(documentOf(await place.cli(['sync', '--json']))).toMatchObject({ inSync: true })
    expect(config(usual)).toEqual({ plain: entry })

    const moved = place.self.native('moved')
    place.self.write(`moved/Local State`, '{}')
    const env = { CLAUDE_USER_DATA_DIR: moved }
    const document = documentOf(await place.cli(['sync', '--json'], { env }))
    expect(document.notices.join('\n').replaceAll(home, '')).toContain('stale copy')
    expect(config('moved')).toEqual({ plain: entry })
    expect(config(usual)).toEqual({ plain: entry })
    // A terminal without the variable does not lead back, nor take anything away.
    expect(documentOf(await place.cli(['sync', '--json']))).toMatchObject({ changed: false, inSync: true })
    expect(config('moved')).toEqual({ plain: entry })
    const { json } = await place.cli(['doctor', '--check', 'config-found', '--json'], { env })
    const desktop = json.findings.filter(
      ({ environment, subject }: { environment: string; subject: string }) => environment === id && /Desktop/.test(subject),
    )
    expect(desktop).toMatchObject([{ level: 'info', detail: [expect.stringContaining('moved')] }, { level: 'warning' }])
  })
})
