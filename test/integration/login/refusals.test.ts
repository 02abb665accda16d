import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { listenForLogin } from '../../../src/effects/login/listener.ts'
import { nodePath } from '../../support/machine.ts'
import { type OAuthOptions, oauthServer } from '../../support/oauth-server.ts'
import { person, refusal } from './person.ts'

const far = 'http://example.invalid'

describe('a login is refused before a browser is opened', () => {
  it.each<[string, OAuthOptions, string]>([
    ['a login page over http', { metadata: { authorization_endpoint: `${far}/authorize` } }, 'its login page is no https address'],
    ['a login page that is a file', { metadata: { authorization_endpoint: 'file:///etc/passwd' } }, 'its login page is no https address'],
    ['a login page that is a script', { metadata: { authorization_endpoint: 'javascript:alert(1)' } }, 'did not answer as expected'],
    ['tokens over http', { metadata: { token_endpoint: `${far}/token` } }, 'the address of its tokens is no https address'],
    ['tokens with a user name', { metadata: { token_endpoint: 'https://a:b@example.invalid/token' } }, 'contains a user name'],
    ['a registration over http', { metadata: { registration_endpoint: `${far}/register` } }, 'where programs register is no https address'],
    ['revoking over http', { metadata: { revocation_endpoint: `${far}/revoke` } }, 'where tokens are revoked is no https address'],
    ['another issuer', { metadata: { issuer: 'https://example.invalid' } }, 'another authorization server than was asked'],
    ['no PKCE at all', { metadata: { code_challenge_methods_supported: undefined } }, 'it does not offer PKCE with S256'],
    ['plain PKCE', { metadata: { code_challenge_methods_supported: ['plain'] } }, 'it does not offer PKCE with S256'],
    ['another resource', { resource: 'https://example.invalid/mcp' }, 'it says that it is another server'],
    ['no registration', { clientId: 'mine' }, 'registers no programs by itself'],
  ])('%s', async (_, options, why) => {
    const { words, opened, asked } = await refusal(await oauthServer(options))
    expect(words).toContain(why)
    expect(words).toMatch(/^Nobody can log in to "far": /)
    expect({ opened, asked }).toEqual({ opened: [], asked: [] })
  })
})

describe('a login is refused after the browser, with nothing stored, for', () => {
  it.each<[string, OAuthOptions, string]>([
    ['another iss', { callback: { iss: 'https://example.invalid' } }, 'another authorization server than was asked'],
    ['no iss where one was promised', { callback: { iss: undefined } }, 'another authorization server than was asked'],
    ['a refusal', { callback: { code: undefined, error: 'access_denied' } }, 'the login was refused there'],
    ['an error with odd words', { callback: { code: undefined, error: '\u202e<b>' } }, 'the service answered without a login'],
    [
      'a token of another kind',
      { tokenAnswer: (answer) => Boolean(answer.end('{"access_token":"a","token_type":"mac"}')) },
      'of a kind that is not known here',
    ],
    ['an answer without end', { tokenAnswer: (answer) => answer.write('x'.repeat(2 ** 21)) || true }, 'answered with more than 1024 KiB'],
    [
      'a token page that echoes secrets',
      { tokenAnswer: (answer) => Boolean(answer.writeHead(400).end('code_verifier=abc')) },
      'did not answer as expected (server_error)',
    ],
  ])('%s', async (_, options, why) => {
    const { words } = await refusal(await oauthServer(options))
    expect(words).toContain(why)
    expect(words).not.toMatch(/abc|<b>|\u202e/)
  })
})

describe('a server that registers nobody', () => {
  it('takes the client that the manifest names', async () => {
    const server = await oauthServer({ clientId: 'mine', clientSecret: 'swordfish' })
    const ana = person()
    await ana.logIn(server, { clientId: 'mine', clientSecret: 'swordfish', scopes: ['read', 'write'] })
    expect(new URL(ana.opened[0] ?? '').searchParams.get('scope')).toBe('read write')
    server.expire()
    expect((await ana.process(server)()).status).toBe(200)
    expect(server.asked).toEqual(['authorize', 'token authorization_code', 'token refresh_token'])
  })

  it('that takes another client only refuses the login', async () => {
    const server = await oauthServer({ clientId: 'mine', clientSecret: 'swordfish' })
    const { words } = await refusal(server, { clientId: 'mine', clientSecret: 'guessed' })
    expect(words).toContain('did not answer as expected (invalid_client)')
  })
})

describe('the page of a login', () => {
  it('asks for this server, this address and this question alone', async () => {
    const server = await oauthServer()
    const ana = person()
    await ana.logIn(server)
    const asked = Object.fromEntries(new URL(ana.opened[0] ?? '').searchParams)
    expect(asked).toMatchObject({ resource: server.url, code_challenge_method: 'S256', scope: 'tools' })
    expect(asked.redirect_uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
    expect(asked.state).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('the listener of a login', () => {
  const run = promisify(execFile)
  const listening = async (uid?: number) => {
    const { system } = person()
    const listener = await listenForLogin(uid === undefined ? system : { ...system, uid }, 'the-state')
    let answered: unknown = null
    void listener.answer.then((answer) => {
      answered = answer
    })
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, init)
      return { status: response.status, text: await response.text() }
    }
    return { listener, get, answered: () => answered }
  }

  it('takes only the answer to our question', async () => {
    const { listener, get, answered } = await listening()
    for (const path of [
      '/callback?code=x',
      '/callback?code=x&state=other',
      '/callback?code=x&state=the-state&state=the-state',
      '/callback/?code=x&state=the-state',
      '/Callback?code=x&state=the-state',
      '//evil/callback?code=x&state=the-state',
      '/?code=x&state=the-state',
      '/callback?code=<script>&state=no',
    ]) {
      const { status, text } = await get(path)
      expect([path, status]).toEqual([path, 400])
      expect(text).not.toContain('script')
    }
    expect((await get('/callback?code=x&state=the-state', { method: 'POST' })).status).toBe(400)
    expect(answered()).toBe(null)
    expect((await get('/callback?code=good&state=the-state&iss=i')).status).toBe(200)
    expect(await listener.answer).toEqual({ code: 'good', iss: 'i', error: null })
    listener.close()
  })

  it('takes one answer, and says so to a second one', async () => {
    const { listener, get } = await listening()
    expect((await get('/callback?code=good&state=the-state')).status).toBe(200)
    for (const path of ['/callback?code=good&state=the-state', '/callback?code=other&state=the-state']) {
      const { status, text } = await get(path)
      expect([status, text]).toEqual([400, expect.stringContaining('has its answer already')])
    }
    expect(await listener.answer).toEqual({ code: 'good', iss: null, error: null })
    listener.close()
  })

  it('proves that it is ours to whoever asks whether it is reached', async () => {
    const { listener, get } = await listening()
    expect(await get(listener.proof.path)).toEqual({ status: 200, text: listener.proof.text })
    listener.close()
  })

  it('cuts off another user of this computer', async () => {
    const isRoot = process.getuid?.() === 0
    // Whoever is not root cannot become another one; then the listener believes to be another's.
    const { listener, answered } = await listening(isRoot ? undefined : 54_321)
    const script = 'fetch(process.argv[1]).then((r) => console.log(r.status), () => console.log("cut off"))'
    const words = ['-e', script, `http://127.0.0.1:${listener.port}/callback?code=x&state=the-state`]
    const { stdout } = await run(nodePath, words, isRoot ? { uid: 65_534 } : {})
    listener.close()
    expect([stdout, answered()]).toEqual(['cut off\n', null])
  })

  it('says so where another program has the port that was registered', async () => {
    const { listener } = await listening()
    const { system } = person()
    await expect(listenForLogin(system, 'x', { port: listener.port })).rejects.toThrow(
      `Nothing can listen at port ${listener.port} of this computer`,
    )
    listener.close()
  })
})
