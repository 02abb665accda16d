import { failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'

/** A server as its URL names it. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Whether the connection is encrypted, and the server's certificate judged. */
  readonly tls: boolean
}

/** Where a server is, for people: without person and password. */
export const shownAddress = (url: string): string => {
  const { host, port, database } = addressIn(withKeys(url, () => 'key'))
  return `${host}${port === usual ? '' : `:${port}`}/${database}`
}

/** A URL with the keys that it names. */
export const withKeys = (url: string, keyOf: (name: string) => string): string =>
  url.replace(/\$\{secret:([^}]*)\}/g, (_, name: string) => encodeURIComponent(keyOf(name)))

const usual = 5432
const noHost = 'no-host.invalid'

/** The address in a `postgres://` URL whose references to keys are filled in. Throws a Refusal that never repeats the URL. */
export function addressIn(url: string): ServerAddress {
  // A Unix socket has no host before the path: postgres://anna@/twin?host=/run/postgresql
  const whole = url.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, `$1${noHost}`)
  const parts = URL.canParse(whole) ? new URL(whole) : null
  if (parts === null || !/^postgres(ql)?:$/.test(parts.protocol))
    throw failed('The store server is no URL that begins with postgres://; write postgres://NAME@HOST/DATABASE.')
  const [user, password, database] = [parts.username, parts.password, parts.pathname.slice(1)].map(plain) as [string, string, string]
  const host = parts.searchParams.get('host') ?? parts.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '' || host === noHost || user === '' || database === '')
    throw failed('The URL of the store server names no host, person or database; write postgres://NAME@HOST/DATABASE.')
  const tls = usesTls(host, parts.searchParams.get('sslmode'))
  return { host, port: Number(parts.port || parts.searchParams.get('port') || usual), user, password, database, tls }
}

/** Beyond this machine always, and fully checked, whatever weaker mode the URL names: providers print `require`. Here only where it asks. */
function usesTls(host: string, mode: string | null): boolean {
  if (isLocal({ host })) return mode === 'require' || mode === 'verify-ca' || mode === 'verify-full'
  if (mode === 'disable')
    throw failed(
      'The URL of the store server says sslmode=disable, and would send all of the memory in the clear; leave it out, or say "tls": "off".',
    )
  return true
}

/** Throws a Refusal for a `%` that begins no escape. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw failed('The URL of the store server has a % that begins no escape; write a literal one as %25.')
  }
}

/** True where no network is between this machine and the server. */
export const isLocal = ({ host }: Pick<ServerAddress, 'host'>): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** A URL with the keys that it names, escaped as a URL needs it. */
export async function filledIn(url: string, { keyNamed }: Pick<Settings, 'keyNamed'>): Promise<string> {
  const keys = new Map<string, string>()
  for (const [, name = ''] of url.matchAll(/\$\{secret:([^}]*)\}/g)) {
    const key = await keyNamed?.(name)
    if (key == null) throw failed(`The URL of the store server needs the key ${name}: mcp-twin secret set ${name}`)
    keys.set(name, key)
  }
  return withKeys(url, (name) => keys.get(name) ?? '')
}
