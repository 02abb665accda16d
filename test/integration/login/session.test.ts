import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { revoke } from '../../../src/effects/login/revoke.ts'
import { loginState } from '../../../src/effects/store/logins.ts'
import { oauthServer } from '../../support/oauth-server.ts'
import { person } from './person.ts'

describe('a login that is kept', () => {
  it('is sent with each request to the server, and with none to another', async () => {
    const [server, other] = [await oauthServer(), await oauthServer()]
    const ana = person()
    await ana.logIn(server)
    expect((await ana.process(server)()).status).toBe(200)
    expect(server.calls.at(-1)).toEqual({ method: 'tools/list', accepted: true })
    await expect(ana.process(other)()).rejects.toThrow('far needs a login → mcp-twin login far')
    expect([...server.strangers, ...other.strangers]).toEqual([])
    expect(other.calls).toEqual([])
  })

  it('stays at the origin of its server, wherever that leads a request', async () => {
    const [server, other] = [await oauthServer(), await oauthServer()]
    const ana = person()
    await ana.logIn(server)
    const ask = ana.process(server)
    for (const url of [other.url, `${other.issuer}/authorize`, server.issuer]) await ask('tools/list', url)
    expect([...server.strangers, ...other.strangers]).toEqual([])
    expect((await ask()).status).toBe(200)
  })

  it('lies in a file that only its owner reads', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    expect(statSync(ana.file).mode & 0o777).toBe(0o600)
    expect(server.given.filter((token) => ana.text().includes(token))).toHaveLength(2)
    chmodSync(ana.file, 0o644)
    await expect(ana.process(server)()).rejects.toThrow(/can be read or written by others.*chmod 600/)
  })

  it('is renewed once it has ended, also where the server did not say when that is', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    server.expire()
    const ask = ana.process(server)
    expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(200)
    expect(server.asked.filter((each) => each === 'token refresh_token')).toHaveLength(1)
  })

  it('is renewed before it is used where it is known to have ended', async () => {
    const server = await oauthServer({ expiresIn: 60 })
    const ana = person()
    await ana.logIn(server)
    const now = Date.now()
    const later = person({ now: () => now + 59_000 })
    await later.store.change(server.url, async () => ana.store.find(server.url))
    expect((await later.process(server)()).status).toBe(200)
    expect(server.calls.map(({ accepted }) => accepted)).toEqual([false, true])
  })

  it('is renewed by one of many requests at once', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    server.expire()
    const starts = [ana.process(server), ana.process(server), ana.process(server), ana.process(server)]
    const answers = await Promise.all([...starts, ...starts].map((ask) => ask()))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect([server.asked.filter((each) => each === 'token refresh_token').length, server.reused, server.logins()]).toEqual([1, [], 1])
  })

  it('that its server has ended is said in words from then on, without asking it again', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    server.end()
    const ask = ana.process(server)
    for (let tries = 0; tries < 3; tries++) await expect(ask()).rejects.toThrow('far needs a login → mcp-twin login far')
    expect(server.asked.filter((each) => each === 'token refresh_token')).toHaveLength(1)
    expect(loginState(await ana.store.read(), server.url)).toBe('ended')
    expect(server.given.filter((token) => ana.text().includes(token))).toEqual([])
    await ana.logIn(server)
    expect((await ask()).status).toBe(200)
  })

  it('stays where its server only fails for a moment, whose words are not repeated', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    server.expire()
    const [ask, secret] = [ana.process(server), server.given.find((token) => token.startsWith('refresh'))]
    server.options.tokenAnswer = (response) => Boolean(response.writeHead(503).end(`we failed over ${secret}`))
    const said = await ask().catch((error: Error) => error.message)
    expect(said).toBe('the login of "far" could not be renewed (server_error); try again later')
    delete server.options.tokenAnswer
    expect((await ask()).status).toBe(200)
  })

  it('is refused where the file is damaged', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    writeFileSync(ana.file, '{"version":1,')
    await expect(ana.process(server)()).rejects.toThrow('logins.json is damaged and is left as it is')
  })
})

describe('a server that gives no token which could be sent', () => {
  it.each([[{ access_token: 'a\nb', token_type: 'Bearer' }], [{ access_token: 'ab', token_type: 'DPoP' }]])(
    '%j ends the login',
    async (tokens) => {
      const server = await oauthServer()
      const ana = person()
      await ana.logIn(server)
      server.expire()
      server.options.tokenAnswer = (response) => Boolean(response.writeHead(200).end(JSON.stringify(tokens)))
      await expect(ana.process(server)()).rejects.toThrow('far needs a login')
    },
  )
})

describe('revoking a login', () => {
  it.each(['client_secret_basic', 'client_secret_post'])('says who asks by %s where the service wants that', async (method) => {
    const client = { clientId: 'mine', clientSecret: 'swordfish' }
    const server = await oauthServer({ ...client, metadata: { token_endpoint_auth_methods_supported: [method] } })
    const ana = person()
    await ana.logIn(server, client)
    const login = await ana.store.find(server.url)
    expect([login !== null && (await revoke(login, server.url, fetch)), server.logins()]).toEqual(['revoked', 0])
  })
})
