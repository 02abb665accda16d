import { execFileSync, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { scratch } from '../../support/scratch.ts'
import { ask, type UiAsked, ui } from '../../support/ui.ts'
import { home } from '../support/place.ts'

describe('an attack on the page', () => {
  it('by another page, a form, a frame or a name of its own gets nothing', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    const open = await ui(place)
    const session = await open.enter()
    const mine = { authorization: `Bearer ${session}` }
    const attacks: readonly (readonly [string, number, string, UiAsked])[] = [
      ['a name that leads here', 403, '/api/list', { headers: { ...mine, host: `rebound.example:${open.port}` } }],
      ['another port', 403, '/api/list', { headers: { ...mine, host: '127.0.0.1:1' } }],
      ['two Hosts', 400, '/api/list', { headers: { ...mine, host: [`127.0.0.1:${open.port}`, 'rebound.example'] } }],
      ['another page', 403, '/api/list', { headers: { ...mine, origin: 'https://example.com' } }],
      ['a page of another program here', 403, '/api/list', { headers: { ...mine, origin: 'http://127.0.0.1:1' } }],
      ['a picture on another site', 403, '/api/list', { headers: { ...mine, 'sec-fetch-site': 'cross-site' } }],
      ['a script on another site', 403, '/page.js', { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['no session', 401, '/api/list', {}],
      ['a session in the address', 401, `/api/list?session=${session}`, {}],
      ['a session in a cookie', 401, '/api/list', { headers: { cookie: `session=${session}` } }],
      ['a ticket as a session', 401, '/api/list', { headers: { authorization: `Bearer ${open.ticket}` } }],
      ['no session, for what is not there', 401, '/api/nothing', {}],
      ['a change by GET', 405, '/api/do', { headers: mine }],
      ['a form', 415, '/api/do', { headers: { ...mine, 'content-type': 'application/x-www-form-urlencoded' }, raw: 'command=sync' }],
      ['text', 415, '/api/do', { headers: { ...mine, 'content-type': 'text/plain' }, raw: '{"command":"sync"}' }],
      ['CORS', 405, '/api/do', { method: 'OPTIONS', headers: { ...mine, 'access-control-request-method': 'POST' } }],
      ['too much', 413, '/api/do', { headers: mine, raw: `"${'a'.repeat(1024 * 1024)}"` }],
      ['no JSON', 400, '/api/do', { headers: mine, raw: '{' }],
      ['a way out of the folder', 404, '/../package.json', { headers: mine }],
      ['a way out of the folder, spelled', 404, '/%2e%2e/package.json', { headers: mine }],
      ['a command that is no reading', 404, '/api/uninstall', { headers: mine }],
      ['a flag of its own', 400, '/api/doctor?deep=true', { headers: mine }],
      ['a flag as a word', 400, '/api/logs?word=--follow', { headers: mine }],
      ['a manifest of its own', 400, '/api/list?manifest=/etc/passwd', { headers: mine }],
      ['a property of every object', 400, '/api/list?__proto__=1', { headers: mine }],
    ]
    for (const [what, status, path, asked] of attacks) {
      const answer = await ask(open.port, path, asked)
      expect(answer.status, `${what}: ${answer.text.slice(0, 200)}`).toBe(status)
      expect(answer.headers['access-control-allow-origin'], what).toBe(undefined)
      expect(answer.headers['content-security-policy'], what).toMatch(/default-src 'none'.*frame-ancestors 'none'.*trusted-types 'none'/)
      expect(answer.headers, what).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(answer.headers.location, what).toBe(undefined)
      expect(answer.headers['set-cookie'], what).toBe(undefined)
    }
    expect((await open.get('/api/list', session)).json).toMatchObject({ command: 'list', servers: [{ name: 'tiny' }] })
  })

  it('with a link that was used already is refused, and the terminal says so', async () => {
    const open = await ui(home())
    const session = await open.enter()
    expect(session).toMatch(/^mts_/)
    const again = await ask(open.port, '/api/enter', { body: { ticket: open.ticket } })
    expect(again).toMatchObject({ status: 401, json: { error: { code: 'ticket-used', message: expect.stringContaining('Ctrl-C') } } })
    await expect.poll(() => open.said()).toContain('If this was not you: Ctrl-C')
    // Each of two tabs has a session of its own.
    const { ticket } = (await open.post('/api/ticket', session, {})).json
    const other = (await ask(open.port, '/api/enter', { body: { ticket } })).json.session
    expect(other).not.toBe(session)
    expect((await open.get('/api/list', other)).status).toBe(200)
    expect((await ask(open.port, '/api/enter', { body: { ticket: `mtu_${'a'.repeat(43)}` } })).status).toBe(401)
    expect((await ask(open.port, '/api/enter', { body: [] })).status).toBe(400)
  })

  it('from a port that is not on loopback finds nobody', async () => {
    const open = await ui(home())
    const others = Object.values(networkInterfaces()).flatMap((each) =>
      (each ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'),
    )
    for (const { address } of others) {
      const refused = await new Promise((resolve) => connect(open.port, address, () => resolve(false)).once('error', () => resolve(true)))
      expect(refused, address).toBe(true)
    }
    expect((await ask(open.port, '/')).status).toBe(200)
  })

  it('by a service in our place fails, since it cannot prove to be us', async () => {
    const open = await ui(home())
    const proof = createHmac('sha256', open.ticket).update('0123456789abcdef').digest('hex')
    expect((await ask(open.port, '/hello?n=0123456789abcdef')).text).toBe(proof)
    expect((await ask(open.port, '/hello?n=<script>')).status).toBe(400)
  })
})

/** Why nobody else can be on this computer, or null. */
const lacksOther = process.getuid?.() === 0 ? lacksOrdinaryUser() : 'only root can be somebody else'

/** Connects, asks for the page, and says what it got. */
const asking = `
const [, port, address] = process.argv
let got = ''
const socket = require('net').connect(Number(port), address, () => socket.write('GET / HTTP/1.1\\r\\nHost: 127.0.0.1:' + port + '\\r\\nConnection: close\\r\\n\\r\\n'))
socket.on('data', (chunk) => (got += chunk)).on('error', () => {}).on('close', () => console.log(got === '' ? 'cut off' : got.split('\\r\\n')[0]))
`

describeUnless(lacksOther, 'another user of this computer', () => {
  it.each(['127.0.0.1', '::ffff:127.0.0.1'])('is cut off unread, by %s', async (address) => {
    const open = await ui(home())
    const asked = (words: readonly string[]): string => {
      const [file = '', ...args] = [...words, nodePath, '-e', asking, String(open.port), address]
      return execFileSync(file, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } }).trim()
    }
    expect(asked([])).toBe('HTTP/1.1 200 OK')
    expect(asked(asOrdinaryUser({ root: scratch().root }))).toBe('cut off')
  })
})

const noProc = ['--dev-bind', '/', '/', '--tmpfs', '/proc', '--die-with-parent']
const lacksWall = spawnSync('bwrap', [...noProc, 'true']).status === 0 ? null : 'no bubblewrap that may mount'

describeUnless(lacksWall, 'a computer that does not tell whose connections are whose', () => {
  it('gets no page, and says why', () => {
    const place = home()
    const { status, stdout, stderr } = spawnSync('bwrap', [...noProc, nodePath, cliPath, 'ui', '--no-open'], {
      ...{ cwd: place.home, env: place.env, encoding: 'utf8' },
    })
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringContaining('/proc/self/net/tcp') })
  })
})
