import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What an authorization server of the tests does wrong, or differently. */
export interface OAuthOptions {
  /** Fields that replace those of its metadata; undefined takes one away. */
  metadata?: Record<string, unknown>
  /** The resource that the server says it is. */
  resource?: string
  /** Fields that replace those of the address that the browser is sent back to. */
  callback?: Record<string, string | undefined>
  /** Seconds until an access token ends, as it says. */
  expiresIn?: number
  /** The MCP server speaks the older SSE alone. */
  sse?: boolean
  /** Registers nobody: the client id that it knows. */
  clientId?: string
  clientSecret?: string
  /** Called before a token is given. */
  beforeToken?(grant: string): Promise<void> | void
  /** Answers a page of either server, by its path, in its place. */
  page?(path: string, response: ServerResponse): boolean
  /** Fields that replace those of what the MCP server says about itself. */
  facts?: Record<string, unknown>
  /** Where the MCP server says that it does; null: it does not. */
  factsAt?: string | null
  /** Answers the token request in its place. */
  tokenAnswer?(response: ServerResponse): boolean
}

interface Family {
  isOver: boolean
  /** The one refresh token that was not used yet. */
  refresh: string
  access: string
}

/** An MCP server on loopback that asks for a login, with its authorization server beside it, on a port of its own. */
export interface OAuthServer {
  readonly url: string
  readonly issuer: string
  readonly options: OAuthOptions
  /** What was asked of it, in order: `register`, `authorize`, `token authorization_code`, `token refresh_token`, `revoke`. */
  readonly asked: string[]
  /** Refresh tokens that came a second time, which ended their logins (RFC 9700, 4.14.2). */
  readonly reused: string[]
  /** Each token that it ever gave. */
  readonly given: string[]
  /** Requests to the MCP server: the method of the message, and whether a token was accepted. */
  readonly calls: { readonly method: string; readonly accepted: boolean }[]
  /** Requests to either of the two that carried a token which is not theirs. */
  readonly strangers: string[]
  /** Lets every access token end. */
  expire(): void
  /** Ends every login. */
  end(): void
  logins(): number
}

const text = async (request: IncomingMessage): Promise<string> => Buffer.concat(await request.toArray()).toString()

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Rotates refresh tokens, and ends a login whose old token returns. A browser that asks for a login gets it at once. */
export async function oauthServer(options: OAuthOptions = {}): Promise<OAuthServer> {
  const asked: string[] = []
  const reused: string[] = []
  const given: string[] = []
  const calls: { method: string; accepted: boolean }[] = []
  const strangers: string[] = []
  const families: Family[] = []
  const clients = new Map<string, string[]>()
  const codes = new Map<string, { challenge: string; redirect: string; client: string; resource: string | null }>()
  const used = new Map<string, Family>()
  const make = (kind: string): string => {
    const token = `${kind}-${randomUUID()}${randomUUID()}`
    given.push(token)
    return token
  }
  const json = (response: ServerResponse, status: number, value: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

  const give = (response: ServerResponse, family: Family): void => {
    family.access = make('access')
    family.refresh = make('refresh')
    const expires = options.expiresIn === undefined ? {} : { expires_in: options.expiresIn }
    json(response, 200, { access_token: family.access, refresh_token: family.refresh, token_type: 'Bearer', ...expires })
  }
  /** Who asks, by HTTP Basic or, unless that alone is wanted, by the form; null: nobody that is known. */
  const clientOf = ({ headers }: IncomingMessage, form: URLSearchParams): string | null => {
    const [, basic = ''] = (headers.authorization ?? '').split(' ')
    const isBasicOnly = String(metadata().token_endpoint_auth_methods_supported) === 'client_secret_basic'
    const inForm = isBasicOnly ? [] : [form.get('client_id') ?? '', form.get('client_secret') ?? undefined]
    const [id = '', secret] = basic === '' ? inForm : Buffer.from(basic, 'base64').toString().split(':')
    if (!clients.has(id) && id !== options.clientId) return null
    return options.clientSecret === undefined || secret === options.clientSecret ? id : null
  }
  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request))
    const grant = form.get('grant_type') ?? ''
    asked.push(`token ${grant}`)
    await options.beforeToken?.(grant)
    if (options.tokenAnswer?.(response) === true) return
    const refused = (error: string) => json(response, 400, { error, error_description: `no: ${form.get('refresh_token')}` })
    const id = clientOf(request, form)
    if (id === null) return refused('invalid_client')
    if (grant === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (code === undefined || code.challenge !== challenge || code.redirect !== form.get('redirect_uri') || code.client !== id)
        return refused('invalid_grant')
      const family = { isOver: false, refresh: '', access: '' }
      families.push(family)
      return give(response, family)
    }
    const old = form.get('refresh_token') ?? ''
    const before = used.get(old)
    if (before !== undefined) {
      reused.push(old)
      before.isOver = true
      return refused('invalid_grant')
    }
    const family = families.find(({ refresh, isOver }) => refresh === old && !isOver)
    if (family === undefined) return refused('invalid_grant')
    used.set(old, family)
    return give(response, family)
  }
  const metadata = (): Record<string, unknown> => ({
    ...{
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
    },
    ...(options.clientId === undefined ? { registration_endpoint: `${issuer}/register` } : {}),
    ...{
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
    },
    ...{ authorization_response_iss_parameter_supported: true },
    ...options.metadata,
  })
  const issuer: string = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer)
    const bearer = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    if (bearer !== undefined) strangers.push(`authorization server: ${bearer}`)
    if (options.page?.(pathname, response) === true) return
    if (pathname === '/.well-known/oauth-authorization-server') return json(response, 200, metadata())
    if (pathname === '/register') {
      asked.push('register')
      const wanted = JSON.parse(await text(request)) as { redirect_uris: string[] }
      const id = `client-${randomUUID()}`
      clients.set(id, wanted.redirect_uris)
      return json(response, 201, { ...wanted, client_id: id })
    }
    if (pathname === '/authorize') {
      asked.push('authorize')
      const [client = '', redirect = '', state = ''] = ['client_id', 'redirect_uri', 'state'].map((name) => searchParams.get(name) ?? '')
      if (client !== options.clientId && clients.get(client)?.includes(redirect) !== true)
        return void response.writeHead(400).end('unknown client or redirect')
      const code = randomUUID()
      codes.set(code, { challenge: searchParams.get('code_challenge') ?? '', redirect, client, resource: searchParams.get('resource') })
      const back = new URL(redirect)
      for (const [name, value] of Object.entries({ code, state, iss: issuer, ...options.callback }))
        if (value !== undefined) back.searchParams.set(name, value)
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (pathname === '/token') return token(request, response)
    if (pathname === '/revoke') {
      asked.push('revoke')
      const form = new URLSearchParams(await text(request))
      if (clientOf(request, form) === null) return json(response, 401, { error: 'invalid_client' })
      const gone = form.get('token')
      for (const family of families) if (family.refresh === gone || family.access === gone) family.isOver = true
      return void response.writeHead(200).end()
    }
    response.writeHead(404).end()
  })
  let stream: ServerResponse | null = null
  const origin: string = await listen(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin)
    if (options.page?.(pathname, response) === true) return
    if (pathname === '/.well-known/oauth-protected-resource/mcp')
      return json(response, 200, {
        resource: options.resource ?? `${origin}/mcp`,
        authorization_servers: [issuer],
        scopes_supported: ['tools'],
        ...options.facts,
      })
    if (pathname !== '/mcp' && !(options.sse === true && pathname === '/message')) return void response.writeHead(404).end()
    const message =
      request.method === 'POST' ? (JSON.parse(await text(request)) as { id?: unknown; method: string }) : { method: request.method ?? '' }
    const bearer = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    const accepted = bearer !== undefined && families.some(({ access, isOver }) => !isOver && access === bearer)
    calls.push({ method: message.method, accepted })
    if (!accepted) {
      const place = options.factsAt === undefined ? `${origin}/.well-known/oauth-protected-resource/mcp` : options.factsAt
      const challenge = `Bearer ${place === null ? '' : `resource_metadata="${place}", `}scope="tools"`
      return void response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
    if (options.sse === true && request.method === 'GET') {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
      return void stream.write('event: endpoint\ndata: /message\n\n')
    }
    if (request.method !== 'POST' || (options.sse === true && pathname === '/mcp')) return void response.writeHead(405).end()
    if (message.id === undefined) return void response.writeHead(202).end()
    const result =
      message.method === 'initialize'
        ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'behind-a-login', version: '1' } }
        : message.method === 'tools/list'
          ? { tools: [{ name: 'tell', inputSchema: { type: 'object' } }] }
          : { content: [{ type: 'text', text: 'told' }] }
    const answer = { jsonrpc: '2.0', id: message.id, result }
    if (options.sse !== true) return json(response, 200, answer)
    response.writeHead(202).end()
    stream?.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`)
  })
  return {
    ...{ url: `${origin}/mcp`, issuer, options, asked, reused, given, calls, strangers },
    expire: () => {
      for (const family of families) family.access = ''
    },
    end: () => {
      for (const family of families) family.isOver = true
    },
    logins: () => families.filter(({ isOver }) => !isOver).length,
  }
}
