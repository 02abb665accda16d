import type { AuthorizationServerMetadata, OAuthClientInformationMixed, OAuthServerInfo } from '@modelcontextprotocol/client'
import { isLoopback, type LoginAnswer, whyRefused } from '../../core/login/addresses.ts'
import { LoginTrouble } from '../../core/login/trouble.ts'
import { TwinError } from '../../errors.ts'
import type { Remote } from '../../model/entry.ts'
import type { Login } from '../../model/login.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { guardedFetch } from '../run/guarded-fetch.ts'
import type { Fetch } from '../run/http.ts'
import { codeOf, keptTokens } from '../run/login-session.ts'

/** A server that a person logs in to, and the way back from the browser. */
export interface LoginRequest {
  readonly system: System
  readonly server: string
  readonly remote: Remote
  /** What the manifest says about the login, keys filled in. */
  readonly client: NonNullable<ServerSpec['oauth']>
  readonly redirect: string
  readonly state: string
  readonly fetch: Fetch
}

/** A login that waits for a person: the address of the page, and what makes a login of its answer. */
export interface BegunLogin {
  readonly page: URL
  finish(answer: LoginAnswer): Promise<Secret<Login>>
}

/** The parts of a login that page and tokens have in common. */
interface Begun {
  readonly metadata: AuthorizationServerMetadata
  readonly clientInformation: OAuthClientInformationMixed
  readonly codeVerifier: string
  readonly resource?: string
}

const sdk = () => import('@modelcontextprotocol/client')

/**
 * Asks who logs people in to a server, registers there, and returns the page. Throws before that for what a login may not use. These are
 * the steps of the SDK's `auth`, which would also renew tokens and go on where something could not be read.
 */
export async function beginLogin(request: LoginRequest): Promise<BegunLogin> {
  const { server, remote, client, redirect, state } = request
  const url = new URL(remote.url)
  return inWords(server, async () => {
    if (url.protocol !== 'https:' && !isLoopback(url))
      throw new LoginTrouble('it is reached by http, and everybody on the way could read the tokens')
    const { registerClient, startAuthorization } = await sdk()
    const fetchFn = guardedFetch(request.fetch, url).fetch
    const challenge = await challengeOf(remote, fetchFn)
    const info = await discover(request.fetch, url, challenge.resourceMetadataUrl)
    // The SDK would ask the server itself who logs people in, and for tokens that are for anything.
    if (challenge.resourceMetadataUrl !== undefined && info.resourceMetadata === undefined)
      throw new LoginTrouble('it does not say who logs people in to it: the page that it names for that cannot be read')
    const metadata = await demandSound(info, url, client)
    const wanted = client.scopes?.join(' ') ?? challenge.scope ?? info.resourceMetadata?.scopes_supported?.join(' ')
    // Some services give what renews a login only to those who ask for it (SEP-2207).
    const isMore = wanted !== undefined && metadata.scopes_supported?.includes('offline_access') === true
    const scope = wanted === undefined ? {} : { scope: isMore ? `${wanted} offline_access` : wanted }
    const resource = info.resourceMetadata === undefined ? {} : { resource: info.resourceMetadata.resource }
    const { clientId, clientSecret } = client
    const clientInformation =
      clientId === undefined
        ? await registerClient(metadata.issuer, { metadata, clientMetadata: programFacts(redirect), fetchFn, ...scope })
        : { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) }
    const asked = { metadata, clientInformation, redirectUrl: redirect, state, ...resource, ...scope }
    const { authorizationUrl: page, codeVerifier } = await startAuthorization(metadata.issuer, asked)
    const begun = { metadata, clientInformation, codeVerifier, ...resource }
    return { page, finish: (answer) => inWords(server, () => finish(request, begun, answer, fetchFn)) }
  })
}

/** Makes a login of the answer: who sent it is compared before anything else of it is used. */
async function finish({ system, redirect }: LoginRequest, begun: Begun, answer: LoginAnswer, fetchFn: Fetch): Promise<Secret<Login>> {
  const { exchangeAuthorization, validateAuthorizationResponseIssuer } = await sdk()
  const { metadata, clientInformation, codeVerifier, resource } = begun
  const { issuer, token_endpoint: tokenAddress, token_endpoint_auth_methods_supported: authMethods } = metadata
  const iss = answer.iss ?? undefined
  const issParameterSupported = metadata.authorization_response_iss_parameter_supported === true
  validateAuthorizationResponseIssuer({ iss, expectedIssuer: issuer, issParameterSupported })
  if (answer.code === null)
    throw new LoginTrouble(answer.error === 'access_denied' ? 'the login was refused there' : 'the service answered without a login')
  const exchange = {
    metadata,
    clientInformation,
    codeVerifier,
    redirectUri: redirect,
    fetchFn,
    ...(resource === undefined ? {} : { resource }),
  }
  const from = { authorizationCode: answer.code, ...(iss === undefined ? {} : { iss }) }
  const tokens = keptTokens(system, await exchangeAuthorization(issuer, { ...exchange, ...from }))
  if (tokens === null) throw new LoginTrouble('it gave a token of a kind that is not known here')
  const { client_id: clientId, client_secret: clientSecret } = clientInformation
  const revocationAddress = revocationOf(metadata)
  return new Secret<Login>({ issuer, resource, tokenAddress, revocationAddress, authMethods, clientId, clientSecret, tokens })
}

const revocationOf = (metadata: AuthorizationServerMetadata): string | undefined =>
  'revocation_endpoint' in metadata && typeof metadata.revocation_endpoint === 'string' ? metadata.revocation_endpoint : undefined

/** What a service is told of us where it registers programs. */
const programFacts = (redirect: string) => ({
  client_name: 'mcp-twin',
  redirect_uris: [redirect],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
})

/** Whether a server that refused us says who logs people in to it. */
export const offersLogin = async (fetch: Fetch, url: string): Promise<boolean> =>
  (await discover(fetch, new URL(url)).catch(() => null))?.authorizationServerMetadata !== undefined

/** What a server and its authorization server say of themselves. A page that fails is not taken for one that is not there. */
async function discover(fetch: Fetch, url: URL, resourceMetadataUrl?: URL): Promise<OAuthServerInfo> {
  const { discoverOAuthServerInfo } = await sdk()
  const { fetch: fetchFn, trouble } = guardedFetch(fetch, url)
  const place = resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }
  const info = await discoverOAuthServerInfo(url, { fetchFn, ...place }).catch((error: unknown) => Promise.reject(trouble() ?? error))
  const failed = trouble()
  if (failed !== null) throw failed
  return info
}

/** What the server says to a request without a token: where to read about its login, and what to ask for. */
async function challengeOf({ url, headers }: Remote, fetch: Fetch) {
  const { extractWWWAuthenticateParams } = await sdk()
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcp-twin', version: '1' } }
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello }),
  })
  return response.status === 401 ? extractWWWAuthenticateParams(response) : {}
}

/** Throws for an authorization server that a login may not use, and where the server says that it is another one. */
async function demandSound(info: OAuthServerInfo, url: URL, client: LoginRequest['client']): Promise<AuthorizationServerMetadata> {
  const { checkResourceAllowed } = await sdk()
  const { authorizationServerMetadata: metadata, resourceMetadata } = info
  if (metadata === undefined) throw new LoginTrouble('it does not say who logs people in to it (no OAuth metadata)')
  const { host } = new URL(metadata.issuer)
  const why = whyRefused(metadata, url)
  if (why !== null) throw new LoginTrouble(`${host} is refused: ${why}`)
  if (resourceMetadata !== undefined) {
    const { resource } = resourceMetadata
    const isAllowed = checkResourceAllowed({ requestedResource: url, configuredResource: resource })
    // The SDK compares no queries, and one may be what tells two servers of a host apart.
    if (!isAllowed || !['', url.search].includes(new URL(resource).search))
      throw new LoginTrouble('it says that it is another server (its "resource")')
  }
  if (metadata.registration_endpoint === undefined && client.clientId === undefined)
    throw new LoginTrouble(
      `${host} registers no programs by itself: register one there, and write "oauth": {"clientId": …, "port": …} into the manifest`,
    )
  return metadata
}

/** What stopped a login, in words. What the servers said is not repeated: it may hold tokens or anything else. */
async function inWords<T>(server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TwinError) throw error
    const hint = 'nothing was stored; ask those who run that server'
    throw new TwinError('no-login', `Nobody can log in to "${server}": ${wordsOf(error)}.`, { hint })
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof LoginTrouble) return error.message
  const { name, message } = error instanceof Error ? error : new Error()
  if (name === 'IssuerMismatchError') return 'the answer came from another authorization server than was asked'
  if (name === 'RegistrationRejectedError') return 'its authorization server did not register this program'
  if (message.startsWith('Incompatible auth server')) return message.slice('Incompatible auth server: '.length)
  return `its authorization server did not answer as expected (${codeOf(error)})`
}
