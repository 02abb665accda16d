import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import pg from 'pg'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ServerAddress } from './address.ts'

/** Which certificate of a server counts besides those of known authorities, and whether there must be one at all. */
export interface ServerTrust {
  /** `sha256:` and the certificate's digest, or a certificate as PEM: the server's own, or that of an authority. */
  readonly certificate?: string
  /** True: without TLS, as in a VPN. */
  readonly isPlain?: boolean
}

/** The parts of the driver's client that it does not declare. */
interface ClientParts {
  readonly connection: { readonly stream: Socket; once(event: 'sslconnect', listener: () => void): void }
  readonly connectionParameters: Record<string, unknown>
  _handleAuthCleartextPassword(): void
  _handleAuthMD5Password(): void
}

/**
 * A client whose every setting comes from the address. The driver fills what is missing from variables of the environment, and what
 * they name (a mode without checks, options for the server) would decide about somebody's memory. `refuse` gets the reason why a
 * connection was cut before the server was told any password.
 */
export function clientFor(address: ServerAddress, { certificate, isPlain = false }: ServerTrust, refuse: (why: Error) => void): pg.Client {
  const { host, port, user, password, database } = address
  const usesTls = address.tls && !isPlain
  const client = new pg.Client({
    ...{
      host,
      port,
      user,
      database,
      keepAlive: true,
      keepAliveInitialDelayMillis: limits.serverProbeMs,
      pipeline: true,
      application_name: 'mcp-twin',
      client_encoding: 'utf8',
    },
    // Without a password the driver would look for a file of them.
    password: password === '' ? () => '' : password,
    ssl: usesTls && tlsOptions(certificate),
    connectionTimeoutMillis: limits.serverConnectMs,
    query_timeout: limits.serverAnswerMs,
  })
  const parts = client as unknown as ClientParts
  for (const name of ['options', 'replication', 'fallback_application_name']) parts.connectionParameters[name] = undefined
  const cut = (why: string): void => {
    refuse(failed(why))
    parts.connection.stream.destroy()
  }
  if (usesTls)
    parts.connection.once('sslconnect', () => {
      const socket = parts.connection.stream as TLSSocket
      socket.once('secureConnect', () => {
        const trouble = troubleWith(socket, certificate)
        if (trouble !== null) cut(trouble)
      })
    })
  // Who listens on the way would read the password, or could ask for it in the server's name.
  if (isPlain) {
    const scramOnly = () => cut('The store server asks for the password in a form that others could read; without TLS only SCRAM is used.')
    parts._handleAuthCleartextPassword = scramOnly
    parts._handleAuthMD5Password = scramOnly
  }
  return client
}

/** Ends a connection. A frozen link takes no goodbye, so it is cut then. */
export async function endClient(client: pg.Client): Promise<void> {
  const { stream } = (client as unknown as ClientParts).connection
  const cut = setTimeout(() => stream.destroy(), limits.serverGoodbyeMs)
  await client.end().catch(() => undefined)
  clearTimeout(cut)
}

/** The certificate is judged once the connection is encrypted, and before anything of the server is read: see `troubleWith`. */
const tlsOptions = (certificate: string | undefined): ConnectionOptions => ({
  rejectUnauthorized: false,
  minVersion: 'TLSv1.2',
  ...(certificate !== undefined && !isDigest(certificate) && { ca: certificate }),
})

const isDigest = (certificate: string): boolean => certificate.startsWith('sha256:')

const plainDigest = (text: string): string =>
  text
    .replace(/^sha256:/, '')
    .replaceAll(':', '')
    .toLowerCase()

/** Why a server's certificate is not trusted, in words; null: it is. */
function troubleWith(socket: TLSSocket, certificate: string | undefined): string | null {
  const shown = plainDigest(socket.getPeerCertificate().fingerprint256 ?? '')
  if (certificate !== undefined && shown !== '' && shown === pinned(certificate)) return null
  const isPinned = certificate !== undefined && isDigest(certificate)
  if (socket.authorized && !isPinned) return null
  const why = isPinned ? 'it is another one than was pinned' : reasonOf(socket.authorizationError)
  return `The certificate of the store server is not trusted: ${why}. Its digest is sha256:${shown}. The password was not sent.`
}

/** The digest of the one certificate that is meant; '' where a text is none. */
function pinned(certificate: string): string {
  if (isDigest(certificate)) return plainDigest(certificate)
  try {
    return plainDigest(new X509Certificate(certificate).fingerprint256)
  } catch {
    return ''
  }
}

const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here',
  CERT_HAS_EXPIRED: 'it has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
}

/** Node gives the code itself, or an error with one. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return reasons[code] ?? code
}
