import { createHash } from 'node:crypto'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { isObject } from '../../core/object.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'
import { openSessions, type SessionStore } from './sessions.ts'

/** The key by which a session signs triggers: 32 bytes from which its token cannot be found. */
export const triggerKey = (token: string): Buffer => createHash('sha256').update(`mcp-twin trigger v1:${token}`).digest()

const lockMs = 10_000
const pathIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/trigger-keys.json`)

/** Keys by the ids of their sessions. A missing or damaged file means that no session can sign. */
export async function triggerKeys(system: System, folder: ReachablePath): Promise<ReadonlyMap<string, Buffer>> {
  const bytes = await system.files.read(pathIn(folder))
  const file = bytes === null ? null : jsonOrNull(Buffer.from(bytes).toString('utf8'))
  const kept = isObject(file) && isObject(file.keys) ? file.keys : {}
  const keys = new Map<string, Buffer>()
  for (const [id, key] of Object.entries(kept))
    if (typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)) keys.set(id, Buffer.from(key, 'hex'))
  return keys
}

/** Keeps the key of a new session, and those of the sessions that are still valid. The file is for its owner alone: its keys sign. */
async function keepTriggerKey(
  system: System,
  folder: ReachablePath,
  side: string,
  session: { readonly id: string; readonly token: string },
  valid: readonly string[],
): Promise<void> {
  const path = pathIn(folder)
  await withFileLock(system, path, side, { waitMs: lockMs }, async () => {
    const before = [...(await triggerKeys(system, folder))].filter(([id]) => valid.includes(id))
    const all = [...before, [session.id, triggerKey(session.token)] as const]
    const keys = Object.fromEntries(all.map(([id, key]) => [id, key.toString('hex')]))
    await system.files.replace(path, Buffer.from(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`), 0o600)
  })
}

/** The sessions of a folder; one that is made there can sign triggers. */
export function signing(system: System, folder: ReachablePath, side: string): SessionStore {
  const store = openSessions(system, folder, side)
  return {
    ...store,
    async create(ttlMs) {
      const made = await store.create(ttlMs)
      const valid = (await store.list()).map(({ id }) => id)
      await keepTriggerKey(system, folder, side, made, valid)
      return made
    },
  }
}
