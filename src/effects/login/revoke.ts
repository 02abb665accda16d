import type { Login } from '../../model/login.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import type { Fetch } from '../run/http.ts'
import { guardedFetch } from '../run/guarded-fetch.ts'
import { LoginStore } from '../store/logins.ts'
import { homeFetch } from './home-fetch.ts'

/** Whether the tokens of a login count no more; `none`: its server offers no way to say so. */
export type Revoked = 'revoked' | 'none' | 'failed'

/** Tells the authorization server that the tokens of a login count no more (RFC 7009). Never throws: the login is forgotten in any case. */
export async function revoke(login: Secret<Login>, server: string, fetch: Fetch): Promise<Revoked> {
  const { revocationAddress, clientId, clientSecret, authMethods = [], tokens } = reveal(login)
  if (revocationAddress === undefined) return 'none'
  const { selectClientAuthMethod } = await import('@modelcontextprotocol/client')
  // In the same way as the SDK asks for tokens.
  const client = { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) }
  const isBasic = selectClientAuthMethod(client, authMethods) === 'client_secret_basic'
  const body = new URLSearchParams({
    token: tokens.refresh ?? tokens.access,
    token_type_hint: tokens.refresh === undefined ? 'access_token' : 'refresh_token',
    ...(isBasic ? {} : client),
  })
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(isBasic && { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }),
  }
  try {
    const answer = await guardedFetch(fetch, new URL(server)).fetch(revocationAddress, { method: 'POST', headers, body })
    return answer.ok ? 'revoked' : 'failed'
  } catch {
    return 'failed'
  }
}

/** Revokes every login of home, before its file is removed. Returns the servers whose tokens count until they end. */
export async function revokeAll(system: System, { environment, here }: HomePlace, isOffline: boolean): Promise<string[]> {
  const kept = Object.entries(reveal(await new LoginStore(system, here).readable()))
  const open = kept.flatMap(([server, login]) => ('ended' in login ? [] : [{ server, login: new Secret(login) }]))
  if (isOffline || open.length === 0) return open.map(({ server }) => server)
  const fetch = await homeFetch(system, environment)
  const done = await Promise.all(open.map(async ({ server, login }) => ((await revoke(login, server, fetch)) === 'failed' ? [server] : [])))
  return done.flat()
}
