import type { Login, LoginTokens } from '../../model/login.ts'
import type { ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { TwinError } from '../../errors.ts'
import type { Fetch } from './http.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { LoginStore } from '../store/logins.ts'
import { LoginTrouble, needsLogin } from '../../core/login/trouble.ts'

/** Answers of an authorization server after which a login cannot be renewed any more. */
const final = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client'])
/** A token that is about to end is renewed before it is used. */
const earlyMs = 5000

/** The login of one remote server, as several processes use it at once: its present token, and another one once that is refused. */
interface LoginSession {
  token(): Promise<Secret>
  /** The token after `refused`, which another process may have fetched already. */
  renewed(refused: Secret): Promise<Secret>
}

interface SessionOptions {
  readonly system: System
  /** Home's folder. */
  readonly folder: ReachablePath
  readonly server: string
  readonly url: string
  readonly fetch: Fetch
  /** Registers a value to be masked. */
  hide(value: string): void
}

/** Opens the login of a server. Nobody is ever asked to log in here: without a login each call throws what to type. */
function openSession(options: SessionOptions): LoginSession {
  const { system, server, url } = options
  const store = new LoginStore(system, options.folder)
  let renewing: Promise<Secret> | null = null
  // The requests of one process ask together: the first of them holds the lock for all.
  const renew = (refused: Secret): Promise<Secret> => {
    renewing ??= inWords(server, () => renewUnderLock(options, store, refused)).finally(() => {
      renewing = null
    })
    return renewing
  }
  return {
    token: async () => {
      const login = await inWords(server, () => store.find(url))
      if (login === null) throw needsLogin(server)
      const { access, expiresAt } = reveal(login).tokens
      options.hide(access)
      const token = new Secret(access)
      return expiresAt !== undefined && system.now() > expiresAt - earlyMs ? renew(token) : token
    },
    renewed: renew,
  }
}

/** Sends the token of a login with each request to the server's origin, and once more with a new one where it is refused. */
function authorizedFetch(fetch: Fetch, session: LoginSession, server: URL): Fetch {
  return async (url, init = {}) => {
    if (new URL(url).origin !== server.origin) return fetch(url, init)
    const send = (token: Secret): Promise<Response> => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${reveal(token)}`)
      return fetch(url, { ...init, headers })
    }
    const token = await session.token()
    const first = await send(token)
    if (first.status !== 401) return first
    await first.body?.cancel()
    return send(await session.renewed(token))
  }
}

/** A fetch for the transports of a server that is reached by a login. */
export const loggedInFetch = (options: SessionOptions): Fetch => authorizedFetch(options.fetch, openSession(options), new URL(options.url))

/** Tokens as they are kept; null: they are none that could be sent. */
export function keptTokens(
  system: Pick<System, 'now'>,
  given: {
    readonly access_token: string
    readonly token_type: string
    readonly refresh_token?: string | undefined
    readonly expires_in?: number | undefined
  },
): LoginTokens | null {
  const { access_token: access, token_type: kind, refresh_token: refresh, expires_in: seconds } = given
  if (!/^bearer$/i.test(kind) || !/^[\x21-\x7e]+$/.test(access)) return null
  return {
    access,
    ...(refresh === undefined ? {} : { refresh }),
    ...(seconds === undefined ? {} : { expiresAt: system.now() + seconds * 1000 }),
  }
}

async function renewUnderLock({ system, server, url, fetch, hide }: SessionOptions, store: LoginStore, refused: Secret): Promise<Secret> {
  let token: Secret | null = null
  await store.change(url, async (now) => {
    if (now === null) return 'same'
    const login = reveal(now)
    if (login.tokens.access !== reveal(refused)) {
      token = new Secret(login.tokens.access)
      return 'same'
    }
    const tokens = login.tokens.refresh === undefined ? null : await refreshed(system, login, new URL(url), fetch)
    if (tokens === null) return 'ended'
    hide(tokens.access)
    token = new Secret(tokens.access)
    return new Secret({ ...login, tokens })
  })
  if (token === null) throw needsLogin(server)
  return token
}

/** Fetches new tokens by the refresh token, which counts as used from here on. Null: the login has ended. */
async function refreshed(system: System, login: Login, server: URL, fetch: Fetch): Promise<LoginTokens | null> {
  const { OAuthError, refreshAuthorization } = await import('@modelcontextprotocol/client')
  const { issuer, resource, clientId, clientSecret, tokens } = login
  try {
    const given = await refreshAuthorization(issuer, {
      metadata: {
        ...{ issuer, authorization_endpoint: issuer, token_endpoint: login.tokenAddress, response_types_supported: ['code'] },
        ...(login.authMethods === undefined ? {} : { token_endpoint_auth_methods_supported: login.authMethods }),
      },
      clientInformation: { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) },
      refreshToken: tokens.refresh ?? '',
      ...(resource === undefined ? {} : { resource }),
      fetchFn: guardedFetch(fetch, server).fetch,
    })
    return keptTokens(system, given)
  } catch (error) {
    if (error instanceof OAuthError && final.has(error.code)) return null
    throw error
  }
}

/** What goes wrong with a login, in words. What an authorization server said may hold tokens, so only a plain code of it is repeated. */
async function inWords<T>(server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LoginTrouble) throw error
    if (error instanceof TwinError) throw new LoginTrouble(`"${server}": ${error.message} → ${error.hint ?? 'mcp-twin doctor'}`)
    throw new LoginTrouble(`the login of "${server}" could not be renewed (${codeOf(error)}); try again later`)
  }
}

/** The code of an error, such as `ECONNREFUSED` or `server_error`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Za-z_]{1,40}$/.test(code) ? code : 'no usable answer'
}
