import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, isRoot, lacksPostgres, type Postgres, user } from './postgres.ts'

const program = '/usr/sbin/pgbouncer'

/** Why no PgBouncer can be started here; null: one can. */
export const lacksPgBouncer = (): string | null => lacksPostgres() ?? (existsSync(program) ? null : 'PgBouncer is not installed')

export interface PgBouncer {
  /** The address of a role, through the pooler. */
  url(role: string, password: string): string
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

/** Debian's PgBouncer in front of a server, on a free port of loopback. `people`: the passwords of roles. */
export async function pgbouncer(
  server: Postgres,
  people: Readonly<Record<string, string>>,
  mode: 'transaction' | 'session' = 'transaction',
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'bouncer-'))
  const port = await freePort()
  const [settings, passwords] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  writeFileSync(
    passwords,
    Object.entries(people)
      .map(([role, password]) => `"${role}" "${password}"\n`)
      .join(''),
  )
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${passwords}
pool_mode = ${mode}
default_pool_size = 10
server_login_retry = 0
`,
  )
  chmodSync(passwords, 0o600)
  if (isRoot) execFileSync('chown', ['-R', `${user}:${user}`, folder])
  const child = spawn(program, ['-q', settings], {
    ...(isRoot && { uid: user, gid: user }),
    ...{ cwd: folder, env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'ignore', 'pipe'] },
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8000)
  })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const isReady = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
  while (!(await isReady())) {
    if (hasEnded()) throw new Error(`PgBouncer did not start: ${said}`)
    await sleep(20)
  }
  return {
    url: (role, password) => `postgres://${role}:${password}@127.0.0.1:${port}/postgres`,
    async remove() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      if (!hasEnded()) {
        child.kill('SIGQUIT')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
