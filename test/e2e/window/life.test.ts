import { existsSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { describeUnless } from '../../support/left-out.ts'
import { ask, ui } from '../../support/ui.ts'
import { codeFile, home } from '../support/place.ts'

/** Follows what the page is told; `text` grows. */
function follow(port: number, session: string, last?: string) {
  const heard = { text: '', isOver: false, isWhole: false }
  const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${session}`, ...(last !== undefined && { 'last-event-id': last }) }
  const asked = get({ host: '127.0.0.1', port, path: '/api/live', headers, agent: false }, (answer) => {
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      heard.text += chunk
    })
    answer.on('close', () => {
      heard.isWhole = answer.complete
      heard.isOver = true
    })
  })
  asked.on('error', () => undefined)
  onTestFinished(() => void asked.destroy())
  return { heard, close: () => asked.destroy() }
}

describe('a page that is open', () => {
  it('is told when a file changes, whoever changed it, and when the program ends', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    const open = await ui(place)
    const session = await open.enter()
    const { heard } = follow(open.port, session)
    await expect.poll(() => heard.text).toContain('event: open')
    // Each look compares with the one before: write until one saw it.
    let nth = 0
    await expect
      .poll(() => {
        nth += 1
        place.write(codeFile, `${place.read(codeFile)}${' '.repeat(nth)}`)
        return heard.text
      })
      .toMatch(/event: changed\ndata: \{"what":\["servers"\]\}/)
    expect(await open.ended('SIGINT')).toBe(130)
    await expect.poll(() => heard.isOver).toBe(true)
    expect(heard.text).toMatch(/event: bye/)
    // What breaks off in the middle loses its last words in a browser.
    expect(heard.isWhole).toBe(true)
  })

  it('is told each thing that happens through the bridges once, as it happens, without keys', async () => {
    const place = home()
    const set = async (name: string) => expect((await place.run(['memory', 'set', name, '1'])).code).toBe(0)
    await place.run(['secret', 'set', 'UI_KEY'], { input: 'event-key-0f1e2d3c4b5a6978' })
    await set('before')
    const open = await ui(place)
    const { heard } = follow(open.port, await open.enter())
    const told = () =>
      [...heard.text.matchAll(/event: event\ndata: (.*)/g)].map(([, data = '']) => JSON.parse(data).happened as Record<string, unknown>)
    await expect.poll(() => heard.text).toContain('event: open')
    // What was there when the page came is no news: write until one is.
    let nth = 0
    await expect
      .poll(async () => {
        nth += 1
        await set(`after/${nth}`)
        return told()
      })
      .toContainEqual(expect.objectContaining({ kind: 'memory', key: expect.stringMatching(/^after/), by: 'terminal' }))
    place.write(
      '.mcp-twin/bridge/audit.jsonl',
      `${place.read('.mcp-twin/bridge/audit.jsonl')}${JSON.stringify({ at: new Date().toISOString(), event: 'call', client: 'evil', tool: 'x', subject: 'event-key-0f1e2d3c4b5a6978', outcome: 'done' })}\n`,
    )
    await set('last')
    await expect.poll(told).toContainEqual(expect.objectContaining({ kind: 'memory', key: 'last' }))
    const keys = told().flatMap(({ key }) => key ?? [])
    expect(keys).toEqual([...new Set(keys)])
    expect(told().filter(({ key }) => key === 'before')).toEqual([])
    expect(heard.text).not.toContain('event-key-0f1e2d3c4b5a6978')
  })

  it('gets what it missed when it reconnects, or reads everything', async () => {
    const open = await ui(home())
    const session = await open.enter()
    const { heard } = follow(open.port, session, '99')
    await expect.poll(() => heard.text).toMatch(/event: changed\ndata: \{"what":\["everything"\]\}/)
  })
})

describe('the program', () => {
  it('ends by itself when no tab was opened for long enough', async () => {
    const open = await ui(home(), ['--idle', '1s'])
    expect(await open.ended()).toBe(0)
    expect(open.said()).toContain('no tab is open')
  })

  it('ends with its terminal', async () => {
    const open = await ui(home())
    expect(await open.ended('SIGHUP')).toBe(130)
  })

  it('prints one document under --json, at once', async () => {
    const open = await ui(home(), ['--json'])
    expect(JSON.parse(open.said())).toEqual({ command: 'ui', url: open.url, port: open.port })
  })

  it('takes the port that was asked for, and says where another has it', async () => {
    const first = await ui(home())
    const place = home()
    const second = await place.run(['ui', '--no-open', '--port', String(first.port)])
    expect(second.code, second.output).toBe(1)
    expect(second.stderr).toContain(String(first.port))
    expect(second.stderr).not.toContain('unexpected error')
  })

  it.each([
    [['ui', '--yes'], /--yes/],
    [['ui', '--port', '70000'], /--port/],
    [['ui', '--idle', 'soon'], /--idle/],
    [['ui', '--listen', '0.0.0.0'], /--listen/],
  ])('refuses %j', async (argv, words) => {
    const { code, stderr } = await home().run(argv)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) })
  })

  it('writes nothing into a home that has nothing yet', async () => {
    const place = home()
    const open = await ui(place)
    const session = await open.enter()
    expect((await open.get('/api/list', session)).status).toBe(200)
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
  })
})

describe('the link', () => {
  it('is no argument of a browser, which others can read, but in a file of this user, gone once it was used', async () => {
    const place = home()
    place.write(
      'bin/xdg-open',
      `#!/bin/sh\necho "$1" >> ${place.path('opened')}\nstat -c %a "\${1#file://}" >> ${place.path('opened')}\n`,
      0o755,
    )
    const open = await ui({ ...place, env: { ...place.env, PATH: `${place.path('bin')}:${place.env.PATH}` } }, ['--open'])
    await expect.poll(() => (place.has('opened') ? place.read('opened') : '')).toMatch(/\n600\n/)
    const [address = ''] = place.read('opened').split('\n')
    expect(address).toMatch(/^file:\/\//)
    expect(address).not.toContain('mtu_')
    const file = fileURLToPath(address)
    expect(readFileSync(file, 'utf8')).toContain(open.url)
    await open.enter()
    await expect.poll(() => existsSync(dirname(file))).toBe(false)
  })

  it('leads to a file that is gone when the program ends unused', async () => {
    const place = home()
    place.write('bin/xdg-open', `#!/bin/sh\necho "$1" > ${place.path('opened')}\n`, 0o755)
    const open = await ui({ ...place, env: { ...place.env, PATH: `${place.path('bin')}:${place.env.PATH}` } }, ['--open'])
    await expect.poll(() => (place.has('opened') ? place.read('opened') : '')).toContain('file://')
    expect(await open.ended('SIGTERM')).toBe(0)
    expect(existsSync(dirname(fileURLToPath(place.read('opened').trim())))).toBe(false)
  })
})

describeUnless(lacksTerminal, 'in a terminal', () => {
  it('a question is about the manifest that the page was opened for', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    place.write(
      'other/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { other: { command: 'other-thing' } }, bridge: { enabled: false } }),
    )
    const shell = await terminal(place, ['ui', '--no-open', '--manifest', place.path('other/mcp-twin.json')], { width: 200, height: 50 })
    const link = /http:\/\/127\.0\.0\.1:(\d+)\/#(mtu_[\w-]{43})/
    const [, port = '', ticket = ''] = link.exec(await shell.waitFor(link)) ?? []
    const session = (await ask(Number(port), '/api/enter', { body: { ticket } })).json.session
    const post = (path: string, body: unknown) => ask(Number(port), path, { headers: { authorization: `Bearer ${session}` }, body })
    const { seen, starts } = (await post('/api/preview', { command: 'sync', args: [] })).json
    expect(starts).toEqual(['other: other-thing'])
    expect((await post('/api/do', { command: 'sync', args: [], seen })).status).toBe(202)
    await shell.waitFor('Do it?')
    await shell.type('y')
    await shell.keys('Enter')
    await expect.poll(() => (place.has(codeFile) ? Object.keys(place.servers(codeFile)) : [])).toEqual(['other'])
    await shell.keys('C-c')
    expect(await shell.exit()).toBe(130)
  })

  it('Enter makes a new link, and a plan that brings new code is answered there', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    const shell = await terminal(place, ['ui', '--no-open'], { width: 200, height: 50 })
    const link = /http:\/\/127\.0\.0\.1:(\d+)\/#(mtu_[\w-]{43})/
    const [, port = '', ticket = ''] = link.exec(await shell.waitFor(link)) ?? []
    const session = (await ask(Number(port), '/api/enter', { body: { ticket } })).json.session
    const post = (path: string, body: unknown) => ask(Number(port), path, { headers: { authorization: `Bearer ${session}` }, body })
    place.manifest({ tiny: place.tiny, fresh: { command: 'fresh-thing', args: ['--whole', 'command'] } })
    const wish = { command: 'sync', args: [] }
    for (const [key, expected] of [
      ['Enter', undefined],
      ['y', { fresh: { command: 'fresh-thing' } }],
    ] as const) {
      const { heard, close } = follow(Number(port), session)
      await expect.poll(() => heard.text).toContain('event: open')
      const { seen } = (await post('/api/preview', wish)).json
      expect(await post('/api/do', { ...wish, seen })).toMatchObject({ status: 202, json: { typed: 'mcp-twin sync' } })
      await shell.waitFor('Do it?')
      expect(await shell.history()).toContain('fresh: fresh-thing --whole command')
      expect((await post('/api/do', { ...wish, seen })).status, 'one at a time').toBe(423)
      if (key === 'Enter') await shell.keys('Enter')
      else {
        await shell.type('y')
        await shell.keys('Enter')
      }
      await expect.poll(() => heard.text).toContain(`"outcome":"${expected === undefined ? 'refused' : 'done'}"`)
      close()
      if (expected === undefined) expect(Object.keys(place.servers(codeFile))).toEqual(['tiny'])
      else expect(place.servers(codeFile)).toMatchObject(expected)
    }
    await shell.keys('C-c')
    expect(await shell.exit()).toBe(130)
  })
})
