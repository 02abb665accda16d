import { describe, expect, it } from 'vitest'
import { filesWith } from '../../support/processes.ts'
import { type Ui, type UiAnswer, ui } from '../../support/ui.ts'
import { codeFile, type Home, home, treeOf } from '../support/place.ts'

const KEY = 'ui-key-5b7d9f1a3c5e7092'

/** A home with one server that a person has synced, and its page. */
async function opened(
  args: readonly string[] = [],
  servers: (place: Home) => Record<string, unknown> = ({ tiny }) => ({ tiny }),
  key?: string,
) {
  const place = home()
  if (key !== undefined) await place.run(['secret', 'set', 'UI_KEY'], { input: key })
  place.manifest(servers(place))
  const synced = await place.run(['sync'])
  expect(synced.code, synced.output).toBe(0)
  const open = await ui(place, args)
  return { place, open, session: await open.enter() }
}

const edit = (place: Home, change: (servers: Record<string, unknown>) => void): void => {
  const file = place.readJson(codeFile) as { mcpServers: Record<string, unknown> }
  change(file.mcpServers)
  place.write(codeFile, JSON.stringify(file))
}

/** A change as the page makes it: its plan is looked at, then done. */
async function done(open: Ui, session: string, wish: object): Promise<UiAnswer> {
  const preview = await open.post('/api/preview', session, wish)
  expect(preview.status, preview.text).toBe(200)
  return open.post('/api/do', session, { ...wish, seen: preview.json.seen })
}

describe('the page reads', () => {
  it.each<[string, readonly string[]]>([
    ['/api/list', ['list']],
    ['/api/list?tokens=true', ['list', '--tokens', '--no-try']],
    ['/api/diff?word=tiny', ['diff', 'tiny']],
    ['/api/tools?word=tiny', ['tools', 'tiny', '--no-try']],
    ['/api/secret', ['secret', 'list']],
    ['/api/undo', ['undo', 'list']],
    ['/api/trust', ['trust', 'list']],
    ['/api/plugin', ['plugin', 'list']],
    ['/api/session', ['session', 'list']],
    ['/api/memory?limit=3', ['memory', 'list', '--limit', '3']],
    ['/api/handoff', ['handoff', 'list']],
    ['/api/actions', ['actions', 'list']],
    ['/api/inbox', ['inbox']],
    ['/api/diff?word=nobody', ['diff', 'nobody']],
  ])('%s as the command prints it', async (path, argv) => {
    const { place, open, session } = await opened()
    const page = await open.get(path, session)
    const typed = await place.run([...argv, '--json'])
    expect(page.json).toEqual(typed.json)
    expect(page.status).toBe({ 0: 200, 1: 500, 3: 200 }[typed.code ?? 2] ?? 400)
  })

  it('a manifest that is broken as where it is broken, and everything else', async () => {
    const { place, open, session } = await opened()
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1,\n  "servers": }')
    expect(await open.get('/api/list', session)).toMatchObject({ status: 400, json: { error: { file: expect.any(String), line: 2 } } })
    expect((await open.get('/api/session', session)).status).toBe(200)
  })
})

describe('the page alone', () => {
  it('puts back what was edited by hand, and the audit says who did it', async () => {
    const { place, open, session } = await opened()
    edit(place, (servers) => Object.assign(servers, { tiny: { ...Object(servers.tiny), args: ['changed'] } }))
    const answer = await done(open, session, { command: 'sync', args: ['tiny'], options: { force: true } })
    expect(answer, answer.text).toMatchObject({ status: 200, json: { command: 'sync', changed: true } })
    expect(place.servers(codeFile)).toMatchObject({ tiny: place.tiny })
    expect(place.read('.mcp-twin/bridge/audit.jsonl')).toMatch(/"client":"window","tool":"sync"/)
  })

  it('turns a server off and on, renames and removes it', async () => {
    const { place, open, session } = await opened()
    for (const [command, args, left] of [
      ['disable', ['tiny'], []],
      ['enable', ['tiny'], ['tiny']],
      ['rename', ['tiny', 'other'], ['other']],
      ['remove', ['other'], []],
    ] as const) {
      const answer = await done(open, session, { command, args })
      expect(answer.status, `${command}: ${answer.text}`).toBe(200)
      expect(Object.keys(place.servers(codeFile)), command).toEqual(left)
    }
  })

  it('undoes a run, as long as what comes back was agreed to', async () => {
    const { place, open, session } = await opened()
    expect((await place.run(['disable', 'tiny'])).code).toBe(0)
    const back = await done(open, session, { command: 'undo', args: [] })
    expect(back, back.text).toMatchObject({ status: 200, json: { command: 'undo', changed: true } })
    expect(place.servers(codeFile)).toEqual({ tiny: expect.objectContaining(place.tiny) })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { tiny: place.tiny } })
    // The first sync of all: nothing comes.
    const first = (await open.get('/api/undo', session)).json.runs.at(-1).id
    const gone = await done(open, session, { command: 'undo', args: [first] })
    expect(gone, gone.text).toMatchObject({ status: 200, json: { changed: true } })
    expect(place.has(codeFile) ? place.servers(codeFile) : {}).toEqual({})
  })

  it('takes over an edit by hand that starts what was agreed to, and what was agreed to before', async () => {
    const { place, open, session } = await opened()
    const entry = (): object => Object(place.servers(codeFile).tiny)
    edit(place, (servers) => Object.assign(servers, { tiny: { ...entry(), env: { LEVEL: 'debug' } } }))
    // A variable that it did not have is another launch.
    expect((await open.post('/api/preview', session, { command: 'sync --adopt', args: ['tiny'] })).json.asks).toBe('terminal')
    expect((await place.run(['sync', '--adopt', 'tiny'])).code).toBe(0)
    edit(place, (servers) => Object.assign(servers, { tiny: { ...entry(), env: { LEVEL: 'info' } } }))
    const taken = await done(open, session, { command: 'sync --adopt', args: ['tiny'] })
    expect(taken, taken.text).toMatchObject({ status: 200, json: { command: 'sync', changed: true } })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { tiny: { env: { LEVEL: 'info' } } } })
    edit(place, (servers) => Object.assign(servers, { tiny: place.tiny }))
    expect((await done(open, session, { command: 'sync --adopt', args: ['tiny'] })).status).toBe(200)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).not.toHaveProperty('servers.tiny.env')
  })

  it('does nothing when something changed since its plan, and shows the new one', async () => {
    const { place, open, session } = await opened()
    const wish = { command: 'disable', args: ['tiny'] }
    const { seen } = (await open.post('/api/preview', session, wish)).json
    edit(place, (servers) => Object.assign(servers, { mine: { command: 'true' } }))
    const before = treeOf(place.home, ['.mcp-twin/cache.json'])
    const late = await open.post('/api/do', session, { ...wish, seen })
    expect(late).toMatchObject({ status: 409, json: { error: { message: 'This changed meanwhile.' }, preview: { asks: 'page' } } })
    expect((await open.post('/api/do', session, wish)).status, 'without a plan').toBe(409)
    expect(treeOf(place.home, ['.mcp-twin/cache.json'])).toEqual(before)
    const again = await open.post('/api/do', session, { ...wish, seen: late.json.preview.seen })
    expect(again.status, again.text).toBe(200)
  })

  it.each<[string, object, (place: Home) => unknown]>([
    [
      'syncs a server that somebody wrote into the manifest',
      { command: 'sync', args: [] },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil' } }),
    ],
    [
      'syncs another one beside it',
      { command: 'sync', args: ['tiny'], options: { force: true } },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil' } }),
    ],
    [
      'syncs other arguments',
      { command: 'sync', args: [] },
      (place) => place.manifest({ tiny: { ...place.tiny, args: [...place.tiny.args, '--evil'] } }),
    ],
    [
      'turns off another one, which syncs',
      { command: 'disable', args: ['tiny'] },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil' } }),
    ],
    [
      'turns on what nobody agreed to',
      { command: 'enable', args: ['evil'] },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil', disabled: true } }),
    ],
    [
      'renames beside it',
      { command: 'rename', args: ['tiny', 'other'] },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil' } }),
    ],
    [
      'fixes what a sync fixes',
      { command: 'doctor --fix', args: [] },
      (place) => place.manifest({ tiny: place.tiny, evil: { command: 'evil' } }),
    ],
    [
      'takes over a hand edit',
      { command: 'sync --adopt', args: [] },
      (place) => edit(place, (servers) => Object.assign(servers, { evil: { command: 'evil' } })),
    ],
    [
      'undoes a run that put an edit by hand back',
      { command: 'undo', args: [] },
      async (place) => {
        edit(place, (servers) => Object.assign(servers, { tiny: { command: 'evil' } }))
        expect((await place.run(['sync', '--force'])).code).toBe(0)
      },
    ],
    [
      'undoes a run that removed what nobody agreed to',
      { command: 'undo', args: [] },
      async (place) => {
        expect((await place.run(['remove', 'tiny', '--yes'])).code).toBe(0)
        place.write('.mcp-twin/state.json', JSON.stringify({ ...Object(place.readJson('.mcp-twin/state.json')), agreed: [] }))
      },
    ],
  ])('never brings new code: %s', async (_, wish, plant) => {
    const { place, open, session } = await opened()
    await plant(place)
    const preview = await open.post('/api/preview', session, wish)
    expect(preview, preview.text).toMatchObject({ status: 200, json: { asks: 'terminal', starts: [expect.any(String)] } })
    const before = treeOf(place.home, ['.mcp-twin/cache.json'])
    const answer = await open.post('/api/do', session, { ...wish, seen: preview.json.seen })
    // There is no terminal here: the page shows the command.
    expect(answer, answer.text).toMatchObject({
      status: 403,
      json: { error: { code: 'terminal', hint: expect.stringMatching(/^mcp-twin /) } },
    })
    expect(treeOf(place.home, ['.mcp-twin/cache.json'])).toEqual(before)
  })

  it.each([
    ['uninstall', []],
    ['init', []],
    ['session new', []],
    ['export', []],
    ['run', ['tiny']],
    ['__proto__', []],
    ['sync', ['-']],
    ['memory set', ['-', '-']],
  ])('cannot ask for %s %j', async (command, args) => {
    const { open, session } = await opened()
    for (const path of ['/api/preview', '/api/do']) expect((await open.post(path, session, { command, args })).status).toBe(400)
  })

  it('takes words as words and no option that is not on its list', async () => {
    const { open, session } = await opened()
    expect((await open.post('/api/preview', session, { command: 'remove', args: ['--yes'] })).json.error.message).toContain('"--yes"')
    expect((await open.post('/api/preview', session, { command: 'sync', args: [], options: { prune: true } })).status).toBe(400)
    expect((await open.post('/api/preview', session, { command: 'sync', args: [], options: { manifest: '/tmp/x' } })).status).toBe(400)
    expect((await open.post('/api/preview', session, { command: 'enable', args: ['tiny'], options: { on: { a: 1 } } })).status).toBe(400)
  })

  it('starts only what was agreed to, to try it', async () => {
    const { place, open, session } = await opened()
    expect(await open.post('/api/try', session, { name: 'tiny' })).toMatchObject({ status: 200, json: { command: 'try' } })
    place.manifest({ tiny: { command: 'sh', args: ['-c', `touch ${place.path('started')}`] } })
    expect((await open.post('/api/try', session, { name: 'tiny' })).status).toBe(403)
    expect((await open.post('/api/try', session, { name: 'constructor' })).status).toBe(403)
    expect(place.has('started')).toBe(false)
  })

  it('adds what comes with the program, unchanged', async () => {
    const { place, open, session } = await opened()
    const answer = await done(open, session, { command: 'add', args: ['tavily'] })
    expect(answer.status, answer.text).toBe(200)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { tavily: { package: 'tavily-mcp' } } })
    // Nobody agreed to it, and it may be synced all the same; another one of that name may not.
    expect((await open.post('/api/preview', session, { command: 'sync', args: [] })).json.asks).toBe('page')
    place.manifest({ tiny: place.tiny, tavily: { package: 'tavily-mcp', args: ['--evil'] } })
    expect((await open.post('/api/preview', session, { command: 'sync', args: [] })).json.asks).toBe('terminal')
  })

  it('looks deeper only where it starts nothing that is not agreed to', async () => {
    const { place, open, session } = await opened()
    expect(await open.post('/api/deep', session, {})).toMatchObject({ status: 200, json: { command: 'doctor' } })
    const evil = { command: 'sh', args: ['-c', `touch ${place.path('started')}`] }
    const attacks: readonly (() => void)[] = [
      () => edit(place, (servers) => Object.assign(servers, { tiny: evil })),
      () => edit(place, (servers) => Object.assign(servers, { tiny: place.tiny, evil })),
      () => place.manifest({ tiny: evil }),
    ]
    for (const attack of attacks) {
      attack()
      expect(await open.post('/api/deep', session, {})).toMatchObject({ status: 403, json: { error: { hint: 'mcp-twin doctor --deep' } } })
    }
    expect(place.has('started')).toBe(false)
  })

  it('of --read-only reads, and changes nothing', async () => {
    const { place, open, session } = await opened(['--read-only'])
    expect((await open.get('/api/list', session)).status).toBe(200)
    const wish = { command: 'disable', args: ['tiny'] }
    const before = treeOf(place.home, ['.mcp-twin/cache.json'])
    expect(await done(open, session, wish)).toMatchObject({ status: 403, json: { error: { code: 'read-only' } } })
    expect((await open.post('/api/secret', session, { name: 'NEW_KEY', value: KEY })).status).toBe(403)
    expect((await open.post('/api/try', session, { name: 'tiny' })).status).toBe(403)
    expect((await open.post('/api/deep', session, {})).status).toBe(403)
    expect(treeOf(place.home, ['.mcp-twin/cache.json'])).toEqual(before)
  })
})

describe('a key', () => {
  it('comes in from the page and never goes out', async () => {
    const { place, open, session } = await opened(
      [],
      ({ tiny }) => ({ tiny: { ...tiny, env: { UI_KEY: '${secret:UI_KEY}' } } }),
      'old-key-0a1b2c3d4e5f6071',
    )
    const stored = await open.post('/api/secret', session, { name: 'UI_KEY', value: KEY })
    expect(stored, stored.text).toMatchObject({ status: 200, json: { action: 'set', name: 'UI_KEY', changed: true } })
    const synced = await done(open, session, { command: 'sync', args: ['tiny'] })
    expect(synced.status, synced.text).toBe(200)
    expect(place.servers(codeFile)).toMatchObject({ tiny: { env: { UI_KEY: KEY } } })
    edit(place, (servers) => Object.assign(servers, { tiny: { ...Object(servers.tiny), env: { UI_KEY: `${KEY}x` } } }))
    const answers = [stored, synced]
    for (const path of ['list', 'diff', 'doctor', 'secret', 'logs', 'undo', 'events', 'about'])
      answers.push(await open.get(`/api/${path}`, session))
    answers.push(await open.post('/api/preview', session, { command: 'sync', args: [], options: { force: true } }))
    for (const { text } of answers) expect(text).not.toContain(KEY)
    expect(open.said()).not.toContain(KEY)
    expect(filesWith(KEY, [place.path('.mcp-twin', 'bridge')])).toEqual([])
  })

  it('that would stand in an argument is given at the terminal', async () => {
    const { open, session } = await opened([], ({ tiny }) => ({
      tiny: { ...tiny, args: [...tiny.args, '--key=${secret:UI_KEY}'], disabled: true },
    }))
    const answer = await open.post('/api/secret', session, { name: 'UI_KEY', value: KEY })
    expect(answer).toMatchObject({ status: 403, json: { error: { hint: 'mcp-twin secret set UI_KEY' } } })
  })

  it('that does not look like one is asked about', async () => {
    const { open, session } = await opened()
    const odd = { name: 'TAVILY_API_KEY', value: 'hunter2' }
    const first = await open.post('/api/secret', session, odd)
    expect(first, first.text).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining('does not look like') } } })
    expect(first.text).not.toContain('hunter2')
    expect((await open.post('/api/secret', session, { ...odd, sure: true })).status).toBe(200)
  })
})
