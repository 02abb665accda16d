import { describe, expect, it } from 'vitest'
import { type OAuthOptions, type OAuthServer, oauthServer } from '../../support/oauth-server.ts'
import { refusal } from './person.ts'

const far = 'http://example.invalid'

/** Options that need the addresses of the server that they are for, and those of another one. */
type Made = (own: OAuthServer, other: OAuthServer) => OAuthOptions

/** Logs in to a server that is made so, and returns why that failed; the other one is never asked for anything. */
async function refusalOf(make: Made) {
  const [server, other] = [await oauthServer(), await oauthServer()]
  Object.assign(server.options, make(server, other))
  const refused = await refusal(server)
  expect([other.asked, other.calls]).toEqual([[], []])
  return refused
}

const origin = ({ url }: OAuthServer): string => new URL(url).origin
const sentOn =
  (part: string, to: string): NonNullable<OAuthOptions['page']> =>
  (path, response) =>
    path.includes(part) && Boolean(response.writeHead(307, { location: to }).end())
const anotherIssuer = 'another authorization server than was asked'
const unreadable = 'the page that it names for that cannot be read'

describe('a login is refused, no browser opened and nobody else asked, where', () => {
  it.each<[string, Made, string]>([
    ['the issuer has a slash more', ({ issuer }) => ({ metadata: { issuer: `${issuer}/` } }), anotherIssuer],
    ['the issuer has capitals', ({ issuer }) => ({ metadata: { issuer: issuer.replace('http', 'HTTP') } }), anotherIssuer],
    ['the issuer has another port', ({ issuer }) => ({ metadata: { issuer: issuer.replace(/\d+$/, '9') } }), anotherIssuer],
    ['the issuer has another name', ({ issuer }) => ({ metadata: { issuer: issuer.replace('127.0.0.1', 'localhost') } }), anotherIssuer],
    ['the issuer has a query', ({ issuer }) => ({ metadata: { issuer: `${issuer}?a=b` } }), anotherIssuer],
    ['the server names a file', () => ({ facts: { authorization_servers: ['file:///etc/passwd'] } }), 'ERR_INVALID_URL'],
    ['the server names an issuer over http', () => ({ facts: { authorization_servers: [far] } }), 'example.invalid is no https address'],
    [
      'what the server says is another’s',
      (_, other) => ({ factsAt: `${origin(other)}/.well-known/oauth-protected-resource/mcp` }),
      'another server',
    ],
    ['what the server says is a file', () => ({ factsAt: 'file:///etc/passwd' }), 'the address of a login is no https address'],
    ['what the server says comes over http', () => ({ factsAt: `${far}/facts` }), 'example.invalid is no https address'],
    ['what the server says is not where it says', (own) => ({ factsAt: `${origin(own)}/gone` }), unreadable],
    ['what the server says is sent on', (_, other) => ({ page: sentOn('protected-resource', other.url) }), unreadable],
    ['what the server says is sent on to a file', () => ({ page: sentOn('protected-resource', 'file:///etc/passwd') }), unreadable],
    ['the metadata is sent on', (_, { issuer }) => ({ page: sentOn('oauth-authorization-server', issuer) }), 'no OAuth metadata'],
    ['the registration is sent on', (_, { issuer }) => ({ page: sentOn('/register', `${issuer}/register`) }), 'did not register'],
    ['the resource is a part of the server', ({ url }) => ({ resource: `${url}/x` }), 'another server'],
    ['the resource has another query', ({ url }) => ({ resource: `${url}?tenant=other` }), 'another server'],
  ])('%s', async (_, make, why) => {
    const { words, opened, asked } = await refusalOf(make)
    expect(words).toContain(why)
    expect([opened, asked]).toEqual([[], []])
  })

  it('the server is an authorization server itself, but names a page for it that cannot be read', async () => {
    const [server, behind] = [await oauthServer(), await oauthServer()]
    const metadata = {
      issuer: origin(server),
      authorization_endpoint: `${behind.issuer}/authorize`,
      token_endpoint: `${behind.issuer}/token`,
    }
    server.options.page = (path, response) => {
      if (path === '/.well-known/oauth-authorization-server')
        response.end(JSON.stringify({ ...metadata, response_types_supported: ['code'], code_challenge_methods_supported: ['S256'] }))
      else if (path.includes('protected-resource')) response.writeHead(503).end()
      return path.includes('well-known')
    }
    const { words, opened } = await refusal(server, { clientId: 'mine' })
    expect(words).toContain(unreadable)
    expect(opened).toEqual([])
  })
})

describe('tokens are fetched where the metadata says and nowhere else:', () => {
  it.each<[string, Made, string]>([
    ['not where that address sends us on', (_, { issuer }) => ({ page: sentOn('/token', `${issuer}/token`) }), 'server_error'],
    ['not from a file that it sends us on to', () => ({ page: sentOn('/token', 'file:///etc/passwd') }), 'server_error'],
    ['not for an iss with a slash more', ({ issuer }) => ({ callback: { iss: `${issuer}/` } }), anotherIssuer],
    ['not for an iss with capitals', ({ issuer }) => ({ callback: { iss: issuer.replace('http', 'HTTP') } }), anotherIssuer],
  ])('%s', async (_, make, why) => {
    const { words, asked } = await refusalOf(make)
    expect(words).toContain(why)
    expect(asked).toEqual(['register', 'authorize'])
  })
})
