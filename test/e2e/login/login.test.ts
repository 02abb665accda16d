import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { oauthServer } from '../../support/oauth-server.ts'
import { filesWith, watchProcesses } from '../../support/processes.ts'
import { ana, HELLO } from './ana.ts'

describe('mcp-twin login', () => {
  it('opens the browser, keeps the login, and lets every program use it', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const sampler = await watchProcesses('access-')
    const { code, stdout, stderr } = await person.run(['login', 'far'], { tries: true })
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining('far  wsl'.slice(0, 3)) })
    expect(stderr).toContain(`You log in to far at ${new URL(server.issuer).host}.`)
    expect(stdout).toMatch(/✓ far .*answers, 1 tool/)
    expect(person.pages()).toHaveLength(1)
    expect(person.manifest().servers.far).toEqual({ url: server.url, auth: 'oauth' })
    expect(person.entry('far')?.args.slice(1)).toEqual(['run', 'far'])
    const started = person.start('far')
    expect(await started.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'behind-a-login' } })
    started.notify('notifications/initialized')
    expect(await started.ask('tools/list')).toMatchObject({ tools: [{ name: 'tell' }] })
    expect((await started.end()).code).toBe(0)
    expect((await sampler.stop()).sightings).toEqual([])
    for (const token of server.given) {
      expect([stdout, stderr, started.stderr()].some((text) => text.includes(token))).toBe(false)
      expect(filesWith(token, [person.home.root]).filter((file) => !file.endsWith('/logins.json'))).toEqual([])
    }
    expect(server.logins()).toBe(1)
    expect(server.strangers).toEqual([])
  })

  it('prints the address with --no-browser, and stores nothing if nobody logs in', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const { code, stderr } = await person.run(['login', 'far', '--no-browser', '--timeout', '1'])
    expect(code).toBe(1)
    expect(stderr).toContain(`${server.issuer}/authorize?`)
    expect(stderr).toContain('Nobody logged in within 1 s; nothing was stored.')
    expect([person.pages(), person.home.has('.mcp-twin/logins.json')]).toEqual([[], false])
    expect(person.manifest().servers.far).toEqual({ url: server.url })
  })

  it.each<[string, object, string]>([
    ['a server that is started here', { command: 'sh' }, 'only servers with a "url" have a login'],
    ['one that asks nobody to log in', { url: 'http://127.0.0.1:1/mcp' }, 'did not answer as expected (ECONNREFUSED)'],
    ['one whose tokens everybody could read', { url: 'http://example.invalid/mcp' }, 'everybody on the way could read the tokens'],
  ])('refuses %s in words', async (_, spec, words) => {
    const person = ana({ far: spec })
    const { code, stderr } = await person.run(['login', 'far'])
    expect([code === 1 || code === 2, person.pages(), person.home.has('.mcp-twin/logins.json')]).toEqual([true, [], false])
    expect(stderr).toContain(words)
  })

  it.each([
    ['http', 'http://example.invalid/token'],
    ['a file', 'file:///etc/passwd'],
  ])('without a terminal refuses a server whose tokens come by %s, opens nothing and stores nothing', async (_, address) => {
    const server = await oauthServer({ metadata: { token_endpoint: address } })
    const person = ana({ far: { url: server.url } })
    const { code, stderr } = await person.run(['login', 'far'])
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('the address of its tokens is no https address')
    expect([person.pages(), server.asked, person.home.has('.mcp-twin/logins.json')]).toEqual([[], [], false])
    expect(person.manifest().servers.far).toEqual({ url: server.url })
  })

  it('ends at once by Ctrl-C while a server does not answer', async () => {
    let asked: () => void = () => {}
    const asking = new Promise<void>((resolve) => {
      asked = resolve
    })
    const server = await oauthServer({
      page: (path) => {
        if (path === '/.well-known/oauth-authorization-server') asked()
        return path === '/.well-known/oauth-authorization-server'
      },
    })
    const person = ana({ far: { url: server.url } })
    let cancelledAt = 0
    const { code } = await person.run(['login', 'far'], {
      started: (child) => {
        void asking.then(() => {
          cancelledAt = Date.now()
          child.kill('SIGINT')
        })
      },
    })
    // Waiting for that answer would take 20 s.
    expect([code, Date.now() - cancelledAt < 15_000]).toEqual([130, true])
    expect([person.pages(), person.home.has('.mcp-twin/logins.json')]).toEqual([[], false])
  })

  it('leaves servers of a project to each program', async () => {
    const server = await oauthServer()
    const person = ana()
    person.home.write('project/mcp-twin.json', JSON.stringify({ version: 1, servers: { far: { url: server.url } } }))
    const { code, stderr } = await person.run(['login', 'far'], { cwd: person.home.path('project') })
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('each program logs in to those by itself')
    expect(server.asked).toEqual([])
  })

  it('shows with --dry-run what it would write, and asks nobody', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const { code, stdout } = await person.run(['login', 'far', '--dry-run'])
    expect([code, server.asked, person.pages()]).toEqual([0, [], []])
    expect(stdout).toContain('far')
  })
})

describe('mcp-twin logout', () => {
  it('revokes the login and forgets it', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    await person.run(['login', 'far'])
    expect(server.logins()).toBe(1)
    const out = await person.run(['logout', 'far', '--json'])
    expect([out.code, out.json, server.logins(), server.asked.at(-1)]).toEqual([
      0,
      { command: 'logout', server: 'far', before: 'in', revoked: 'revoked' },
      0,
      'revoke',
    ])
    expect(server.given.filter((token) => filesWith(token, [person.home.root]).length > 0)).toEqual([])
    expect((await person.run(['logout', 'far'])).stdout).toBe('Nobody was logged in to far.\n')
  })
})

describe('a start', () => {
  it('without a login refuses each request, opens no browser, and works once somebody has logged in', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url, auth: 'oauth' } })
    const started = person.start('far')
    for (const method of ['initialize', 'tools/list'])
      await expect(started.ask(method, HELLO)).rejects.toThrow('far needs a login → mcp-twin login far')
    expect(started.stderr()).toContain('mcp-twin: far needs a login → mcp-twin login far')
    expect([person.pages(), server.calls, server.asked]).toEqual([[], [], []])
    await person.run(['login', 'far'])
    expect(await started.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'behind-a-login' } })
    expect((await started.end()).code).toBe(0)
  })

  it('of a server of the older SSE without a login refuses each request, and works once somebody has logged in', async () => {
    const server = await oauthServer({ sse: true })
    const person = ana({ far: { url: server.url, transport: 'sse', auth: 'oauth' } })
    const started = person.start('far')
    for (const method of ['initialize', 'tools/list'])
      await expect(started.ask(method, HELLO)).rejects.toThrow('far needs a login → mcp-twin login far')
    expect([person.pages(), server.calls, server.asked]).toEqual([[], [], []])
    await person.run(['login', 'far'])
    expect(await started.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'behind-a-login' } })
    expect(await started.ask('tools/list')).toMatchObject({ tools: [{ name: 'tell' }] })
    expect((await started.end()).code).toBe(0)
  })

  it('of four at once after the end of a token renews the login once', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    await person.run(['login', 'far'])
    for (let round = 1; round <= 3; round++) {
      server.expire()
      const starts = [1, 2, 3, 4].map(() => person.start('far'))
      const answers = await Promise.all(starts.map((each) => each.ask('initialize', HELLO)))
      expect(answers.map(({ serverInfo }) => serverInfo)).toEqual(Array(4).fill({ name: 'behind-a-login', version: '1' }))
      for (const each of starts) expect((await each.end()).code).toBe(0)
      expect([server.asked.filter((each) => each === 'token refresh_token').length, server.reused, server.logins()]).toEqual([round, [], 1])
    }
    expect(person.pages()).toHaveLength(1)
  })

  it.each([
    ['before', 'answers'],
    ['after', 'says that it needs a login'],
  ])('after one that was killed %s the server took its old token %s', async (when) => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    await person.run(['login', 'far'])
    server.expire()
    let seen: () => void = () => {}
    const asking = new Promise<void>((resolve) => {
      seen = resolve
    })
    let answer: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    // Before: the request is lost with its sender. After: the server has changed the token that nobody gets.
    server.options.beforeToken = async () => {
      seen()
      await held
      if (when === 'before') throw new Error('lost')
    }
    const killed = person.start('far')
    const lost = killed.ask('initialize', HELLO).catch(() => 'lost')
    await asking
    process.kill(killed.pid ?? 0, 'SIGKILL')
    expect(await lost).toBe('lost')
    answer()
    delete server.options.beforeToken
    const next = person.start('far')
    const said = await next.ask('initialize', HELLO).catch(({ message }: Error) => message)
    if (when === 'before') expect(said).toMatchObject({ serverInfo: { name: 'behind-a-login' } })
    else expect(said).toContain('far needs a login → mcp-twin login far')
    await next.end()
    expect(server.reused).toHaveLength(when === 'before' ? 0 : 1)
    expect(person.pages()).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(person.home.home, '.mcp-twin/logins.json'), 'utf8'))).toMatchObject({ version: 1 })
  })
})
