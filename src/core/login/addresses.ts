/** The name under which a login of a server is kept: its address without what a URL may say in several ways. */
export function loginKey(address: string): string {
  const url = new URL(address)
  url.hash = ''
  return url.href
}

/** Whether an address names this computer. */
export const isLoopback = ({ hostname }: URL): boolean =>
  ['localhost', '[::1]'].includes(hostname) || hostname.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(hostname)

/** What leads to this computer as well: the addresses of all its networks (RFC 6890), IPv4 in IPv6, a name with its dot at the end. */
const alsoHere = /^(?:0(?:\.\d{1,3}){3}|(?:.+\.)?localhost\.|\[::\]|\[::(?:ffff:)?(?:7f[0-9a-f]{2}|0):[0-9a-f]{1,4}\])$/
const isHere = (url: URL): boolean => isLoopback(url) || alsoHere.test(url.hostname)

/**
 * Why a login may not use this address; null: it may. Tokens go over https, and to this computer only where the server itself is on
 * it: no server has a reason to lead to a port of ours.
 */
export function whyUnsafe(address: string, server: URL): string | null {
  if (!URL.canParse(address)) return 'is no address'
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return 'contains a user name'
  if (isHere(url)) {
    if (!isHere(server)) return 'is on this computer, and the server is not'
    return url.protocol === 'http:' || url.protocol === 'https:' ? null : 'is no https address'
  }
  return url.protocol === 'https:' ? null : 'is no https address'
}

/** What an authorization server says of itself, as far as a login depends on it. */
export interface AuthorizationMetadata {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly registration_endpoint?: string | undefined
  readonly revocation_endpoint?: string | undefined
  readonly code_challenge_methods_supported?: readonly string[] | undefined
}

/** Why nobody is sent to this authorization server; null: nothing speaks against it. The SDK takes a server that does not mention PKCE. */
export function whyRefused(metadata: AuthorizationMetadata, server: URL): string | null {
  const addresses = {
    'its login page': metadata.authorization_endpoint,
    'the address of its tokens': metadata.token_endpoint,
    'the address where programs register': metadata.registration_endpoint,
    'the address where tokens are revoked': metadata.revocation_endpoint,
  }
  for (const [what, address] of Object.entries(addresses)) {
    const why = address === undefined ? null : whyUnsafe(address, server)
    if (why !== null) return `${what} ${why}`
  }
  return metadata.code_challenge_methods_supported?.includes('S256') === true ? null : 'it does not offer PKCE with S256'
}

/** The answer that a browser brings back: nothing of it is used before `state` is known to be ours. */
export interface LoginAnswer {
  readonly code: string | null
  readonly iss: string | null
  readonly error: string | null
}

/** Reads the address that the browser was sent back to; null: another path, or the answer to another question. */
export function readAnswer(address: string, state: string): LoginAnswer | null {
  if (!URL.canParse(address)) return null
  const { pathname, searchParams } = new URL(address)
  const [one, ...more] = searchParams.getAll('state')
  if (pathname !== '/callback' || one !== state || more.length > 0) return null
  return { code: searchParams.get('code'), iss: searchParams.get('iss'), error: searchParams.get('error') }
}
