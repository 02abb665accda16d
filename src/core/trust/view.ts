import { createHash } from 'node:crypto'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { ShownServer } from '../../model/trust.ts'
import { serverTexts } from '../launch/project.ts'
import { templateNames } from '../keys/template.ts'
import { lockedFor } from '../manifest/locked.ts'
import { serverLines } from './lines.ts'

/** What a person is shown of every server before it is trusted, by name. */
export type TrustView = Readonly<Record<string, ShownServer>>

/** The servers of a project's manifest as they are shown. `files`: files of the project that each one starts. */
export function trustView(
  { servers, launch }: Pick<Manifest, 'servers' | 'launch'>,
  lock: Lock,
  files: ReadonlyMap<string, readonly string[]>,
): TrustView {
  return Object.fromEntries(
    Object.entries(servers).map(([name, server]): [string, ShownServer] => {
      const pinned = server.package === undefined ? undefined : lockedFor(lock, server.package)
      const locked = pinned === undefined || 'refuse' in pinned ? undefined : pinned
      const digest = createHash('sha256')
        .update(JSON.stringify([{ ...server, description: undefined }, launch ?? null, locked ?? null]))
        .digest('hex')
      return [name, { lines: serverLines(name, server, { locked, launch, files: files.get(name) ?? [] }), digest }]
    }),
  )
}

/** One server that is not as it was when it was trusted, with the lines that went and came. */
export interface TrustChange {
  readonly server: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before: readonly string[]
  readonly now: readonly string[]
}

/** What is not as it was shown last time, in the order of the manifest, then what has gone. */
export function trustChanges(before: TrustView, now: TrustView): TrustChange[] {
  const found: TrustChange[] = []
  for (const [server, { lines, digest }] of Object.entries(now)) {
    const old = Object.hasOwn(before, server) ? before[server] : undefined
    if (old === undefined) found.push({ server, change: 'added', before: [], now: lines })
    else if (old.digest !== digest || old.lines.join('\n') !== lines.join('\n'))
      found.push({
        server,
        change: 'changed',
        before: old.lines.filter((line) => !lines.includes(line)),
        now: lines.filter((line) => !old.lines.includes(line)),
      })
  }
  for (const [server, { lines }] of Object.entries(before))
    if (!Object.hasOwn(now, server)) found.push({ server, change: 'removed', before: lines, now: [] })
  return found
}

/** Does `run` start this server? The others are started by the clients themselves, once those have asked for approval. */
export const isStartedByRun = (server: ServerSpec): boolean => templateNames(serverTexts(server), 'secret').length > 0
