import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Debian keeps the server's programs out of PATH, in a folder for each major version. */
const versions = '/usr/lib/postgresql'
export const isRoot = process.getuid?.() === 0
/** PostgreSQL and PgBouncer refuse to run as root. */
export const user = 1000

function programs(): string | null {
  if (!existsSync(versions)) return null
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0]
  return newest !== undefined && existsSync(join(versions, newest, 'bin', 'initdb')) ? join(versions, newest, 'bin') : null
}

/** Why no PostgreSQL server can be started here; null: one can. */
export function lacksPostgres(): string | null {
  if (programs() === null) return 'PostgreSQL is not installed'
  return null
}

export interface Postgres {
  readonly port: number
  /** Its own, signed by itself, as PEM; '' without TLS. */
  readonly certificate: string
  /** The address of a role, with its password where it has one. */
  url(role?: string, password?: string): string
  /** Runs SQL as the superuser and answers what it printed. */
  sql(text: string): string
  /** Ends the server at once, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const settings = (port: number, folder: string) => `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
max_connections = 100
shared_buffers = 16MB
password_encryption = 'scram-sha-256'
logging_collector = off
`

const access = `
local all all trust
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`

/** A cluster of Debian's PostgreSQL in a folder of its own, on a free port of loopback. */
export async function postgres({ tls = false }: { readonly tls?: boolean } = {}): Promise<Postgres> {
  const bin = programs()
  if (bin === null) throw new Error('PostgreSQL is not installed')
  // Sockets have short paths.
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  if (isRoot) execFileSync('chown', ['-R', `${user}:${user}`, folder])
  chmodSync(data, 0o700)
  const as = isRoot ? { uid: user, gid: user, cwd: folder } : { cwd: folder }
  const env = { PATH: `${bin}:/usr/bin:/bin`, LANG: 'C.UTF-8', HOME: folder }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], { ...as, env })
  const port = await freePort()
  const [key, certificate] = [join(data, 'server.key'), join(data, 'server.crt')]
  if (tls) {
    const words = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ]
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', certificate], { ...as, env, stdio: 'ignore' })
    chmodSync(key, 0o600)
  }
  writeFileSync(join(data, 'postgresql.conf'), `${settings(port, folder)}${tls ? 'ssl = on\n' : ''}`)
  writeFileSync(join(data, 'pg_hba.conf'), access)
  let child: ChildProcess | undefined
  const ended = (each: ChildProcess) =>
    each.exitCode !== null || each.signalCode !== null
      ? Promise.resolve()
      : new Promise<void>((resolve) => each.once('exit', () => resolve()))
  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined) return
    child.kill(signal)
    await ended(child)
    child = undefined
  }
  // Whoever waits for the server goes on meanwhile, and may reach it before it is ready.
  const isReady = () =>
    new Promise<boolean>((resolve) => {
      execFile(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], { env }, (error) => resolve(error === null))
    })
  const self: Postgres = {
    port,
    certificate: tls ? readFileSync(certificate, 'utf8') : '',
    url: (role = 'postgres', password) => `postgres://${role}${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}/postgres`,
    sql: (text) =>
      execFileSync(
        join(bin, 'psql'),
        ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', 'postgres'],
        { env, input: text, encoding: 'utf8' },
      ).trim(),
    async kill() {
      // All its processes end where they stand, and the next start recovers. SIGKILL would reach the first of them alone.
      await end('SIGQUIT')
    },
    async start() {
      const log = join(folder, 'log')
      child = spawn(join(bin, 'postgres'), ['-D', data], { ...as, env, stdio: ['ignore', 'ignore', 'pipe'] })
      let said = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-8000)
      })
      for (const own = child; !(await isReady()); await new Promise((resolve) => setTimeout(resolve, 50)))
        if (own.exitCode !== null || own.signalCode !== null)
          throw new Error(`PostgreSQL did not start: ${said}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
    },
    async remove() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  await self.start()
  return self
}
