import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import { type KeptSession, type SessionFile, sessionFileSchema } from '../../model/session.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'

/** A session without its token, for output. Times in ms since the epoch. */
export interface SessionFacts {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number | null
}

/** Tokens that let a program reach the bridge over a listener. Only their SHA-256 is kept. */
export interface SessionStore {
  /** The token is returned once and never again. `ttlMs` from now. */
  create(ttlMs: number): Promise<SessionFacts & { readonly token: string }>
  /** Those that are valid now. */
  list(): Promise<readonly SessionFacts[]>
  /** False: there is none of that id. */
  revoke(id: string): Promise<boolean>
  /** The session of a token, null for one that is unknown, revoked or expired. */
  verify(token: string): Promise<SessionFacts | null>
  /** True while the session is valid. */
  isValid(id: string): Promise<boolean>
}

export const tokenShape = /^mtw_[A-Za-z0-9_-]{43}$/
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
const empty: SessionFile = { version: 1, seenAt: 0, sessions: [] }
/** A clock may be corrected by so much without a session counting as made in the future. */
const skewMs = 60_000
const useEveryMs = 60_000
const lockMs = 10_000

const facts = ({ id, createdAt, expiresAt, lastUsedAt }: KeptSession): SessionFacts => ({ id, createdAt, expiresAt, lastUsedAt })

/** Compares with every hash in full, so that the time it takes reveals none of them. */
function ofHash(sessions: readonly KeptSession[], hash: string): KeptSession | undefined {
  const wanted = Buffer.from(hash)
  return sessions.filter((each) => timingSafeEqual(Buffer.from(each.hash), wanted))[0]
}

async function read(system: System, path: ReachablePath): Promise<SessionFile> {
  const bytes = await system.files.read(path)
  if (bytes === null) return empty
  try {
    return sessionFileSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new TwinError('damaged', `${path} cannot be read, so no session is valid.`, {
      place: { file: path },
      hint: `remove it and make new sessions: mcp-twin session new`,
      cause,
    })
  }
}

/**
 * The latest time ever seen decides: a clock that is put back revives no session, and one that jumps ahead ends sessions.
 */
const valid = (session: KeptSession, file: SessionFile, now: number): boolean =>
  session.createdAt - skewMs <= now && Math.max(now, file.seenAt) < session.expiresAt

/** Sessions in one owner-only file of the bridge's folder, changed under our file lock and re-read when it changed. */
export function openSessions(system: System, folder: ReachablePath, side: string): SessionStore {
  const path = reachable(`${folder}/sessions.json`)
  let known: { identity: string; file: SessionFile } | undefined
  const current = async (): Promise<SessionFile> => {
    const identity = (await system.files.look(path, 'follow'))?.identity ?? ''
    if (known?.identity !== identity) known = { identity, file: await read(system, path) }
    return known.file
  }
  const change = async (apply: (file: SessionFile) => SessionFile): Promise<void> => {
    await system.files.makeDirectory(folder, 0o700)
    await withFileLock(system, path, side, { waitMs: lockMs }, async () => {
      const now = system.now()
      const before = await read(system, path)
      const alive = before.sessions.filter((session) => valid(session, before, now))
      const next = apply({ version: 1, seenAt: Math.max(now, before.seenAt), sessions: alive })
      // With no session left there is nothing that an earlier, wrong clock could have to do with.
      const seenAt = alive.length === 0 ? now : next.seenAt
      await system.files.replace(path, Buffer.from(`${JSON.stringify({ ...next, seenAt }, null, 2)}\n`), 0o600)
    })
  }
  const used = async (session: KeptSession): Promise<void> => {
    const now = system.now()
    if (session.lastUsedAt !== null && now - session.lastUsedAt < useEveryMs) return
    const stamp = (each: KeptSession): KeptSession => (each.id === session.id ? { ...each, lastUsedAt: now } : each)
    await change((file) => ({ ...file, sessions: file.sessions.map(stamp) }))
  }
  return {
    async create(ttlMs) {
      const token = `mtw_${randomBytes(32).toString('base64url')}`
      const now = system.now()
      const session: KeptSession = { id: system.random(4), hash: hashOf(token), createdAt: now, expiresAt: now + ttlMs, lastUsedAt: null }
      await change((file) => ({ ...file, sessions: [...file.sessions, session] }))
      return { ...facts(session), token }
    },
    async list() {
      const file = await current()
      return file.sessions.filter((session) => valid(session, file, system.now())).map(facts)
    },
    async revoke(id) {
      let found = false
      await change((file) => {
        found = file.sessions.some((session) => session.id === id)
        return { ...file, sessions: file.sessions.filter((session) => session.id !== id) }
      })
      return found
    },
    async verify(token) {
      if (!tokenShape.test(token)) return null
      const file = await current()
      const session = ofHash(file.sessions, hashOf(token))
      if (session === undefined || !valid(session, file, system.now())) return null
      // A use that cannot be noted (a full disk) is a use all the same.
      await used(session).catch(() => undefined)
      return facts(session)
    },
    async isValid(id) {
      const file = await current()
      return file.sessions.some((session) => session.id === id && valid(session, file, system.now()))
    },
  }
}
