import { localTime } from '../core/local-time.ts'
import { Redaction } from '../bridge/base/redaction.ts'
import { Audit } from '../bridge/records/audit.ts'
import type { session as spec } from '../cli/specs/session.ts'
import type { Context, VerbsOf } from '../context.ts'
import { layout } from '../core/layout.ts'
import type { SessionStore } from '../effects/store/sessions.ts'
import { signing } from '../effects/store/trigger-keys.ts'
import { reach } from '../effects/manifest/open.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import { atHome } from './at-home.ts'
import { wouldDo } from './change.ts'
import { unknownName } from './unknown.ts'

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const longest = 366 * units.d

/** `24h`, `30m`, `90s`, `7d`, or seconds, in ms. */
export function ttlMs(text: string, flag = '--ttl'): number {
  const [, number = '', unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text.trim()) ?? []
  const known = Object.entries(units).find(([name]) => name === unit)
  const ms = Number(number) * (known?.[1] ?? 0)
  if (number === '' || ms <= 0 || ms > longest)
    throw usageError(`${flag} ${text} is not a time between one second and a year.`, {
      hint: `${flag} 24h, 30m or 90s; a bare number is seconds`,
    })
  return ms
}

const iso = (ms: number): string => new Date(ms).toISOString()

type Verbs = VerbsOf<typeof spec>

/** The sessions of the bridge at home, and the audit about them. */
interface Task {
  readonly context: Context
  readonly store: SessionStore
  record(session: string, outcome: string): void
}

const withSessions = (context: Context, work: (task: Task) => Promise<ExitCode>): Promise<ExitCode> =>
  atHome(context, {}, async ({ home }) => {
    const folder = reach(home, layout(home.environment, home.folder).bridge)
    const store = signing(context.system, folder, home.environment.id)
    // An id is no key, so nothing has to be hidden.
    const audit = new Audit(folder, new Redaction(async () => []), () => context.system.now())
    const record: Task['record'] = (session, outcome) =>
      audit.write({ event: 'session', client: 'terminal', tool: '', subject: `session ${session}`, outcome })
    try {
      return await work({ context, store, record })
    } finally {
      audit.close()
    }
  })

const create: Verbs['new'] = async (context, _words, { ttl = '24h' }) => {
  // Checked before anything is opened.
  const ms = ttlMs(ttl)
  if (context.isDry === true) return wouldDo(context, `make a token that is valid for ${ttl}`)
  return withSessions(context, async ({ context: { io }, store, record }) => {
    const { id, token, expiresAt } = await store.create(ms)
    record(id, 'made')
    io.json({ id, token, expires_at: iso(expiresAt) })
    io.raw(`${token}\n`)
    io.note(`Session ${id}, valid until ${localTime(expiresAt)}. The token is shown only once. To revoke it: mcp-twin session revoke ${id}`)
    return EXIT.ok
  })
}

async function list({ context: { io }, store }: Task): Promise<ExitCode> {
  const sessions = (await store.list()).map(({ id, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    created_at: iso(createdAt),
    expires_at: iso(expiresAt),
    last_used_at: lastUsedAt === null ? null : iso(lastUsedAt),
  }))
  io.json({ sessions })
  for (const each of sessions)
    io.out(
      `${each.id}  made ${localTime(each.created_at)}  valid until ${localTime(each.expires_at)}  ${each.last_used_at === null ? 'never used' : `last used ${localTime(each.last_used_at)}`}`,
    )
  if (sessions.length === 0) io.out('No sessions.')
  return EXIT.ok
}

async function revoke({ context, store, record }: Task, id: string): Promise<ExitCode> {
  const { io } = context
  const ids = (await store.list()).map((session) => session.id)
  const isKnown = ids.includes(id)
  if (isKnown && context.isDry === true) return wouldDo(context, `revoke session ${id}`)
  if (!isKnown || !(await store.revoke(id))) throw unknownName('session', id, ids, 'to see all sessions: mcp-twin session list')
  record(id, 'revoked')
  io.json({ id, revoked: true })
  io.out(`Session ${id} revoked; its connections close within a second.`)
  return EXIT.ok
}

/** Makes, lists and ends the sessions of the bridge's listeners. */
export const verbs: Verbs = {
  new: create,
  list: (context) => withSessions(context, list),
  revoke: (context, [id]) => withSessions(context, (task) => revoke(task, id)),
}
