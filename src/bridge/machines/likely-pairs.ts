import type { Database } from '../store/database.ts'
import { serverOf } from './copy.ts'

/** A project here, and a namespace of another machine that is likely another checkout of it. */
export interface LikelyPair {
  readonly namespace: string
  readonly other: string
  /** Who wrote there. */
  readonly machine: string
}

/** The name of the project's folder, without the digits of its path. */
const folderName = (namespace: string): string | null => /^(.+)-[0-9a-f]{4}$/.exec(namespace)?.[1] ?? null

/**
 * Namespaces of other machines whose folder is called as that of a project here. A machine that wrote in the project's own namespace
 * since has joined it already. Nothing is joined by this: a downloaded folder may have any name.
 */
export function likelyPairs({ all }: Pick<Database, 'all'>, own: readonly string[], machine: string): readonly LikelyPair[] {
  const written = all<{ namespace: string; machine: string; at: number }>(
    `SELECT namespace, machine, max(at) AS at FROM (
       SELECT namespace, machine, at FROM memory UNION ALL SELECT namespace, machine, at FROM handoff_heads)
       WHERE machine <> ? GROUP BY namespace, machine ORDER BY namespace, machine`,
    machine,
  )
  return own.flatMap((namespace) => {
    const name = folderName(namespace)
    const last = (by: string) => written.find((each) => each.namespace === namespace && each.machine === by)?.at ?? 0
    return written
      .filter(
        (each) => name !== null && each.namespace !== namespace && folderName(each.namespace) === name && each.at > last(each.machine),
      )
      .map((each) => ({ namespace, other: each.namespace, machine: each.machine }))
  })
}

/** Those of one namespace in the store of this machine; none where that is the embedded one. */
export function likelyPairsOf(database: Database, own: string): readonly LikelyPair[] {
  const server = serverOf(database)
  return server === null ? [] : likelyPairs(database, [own], server.machine)
}

/** Projects of programs that were connected to a bridge of this machine. */
export const projectsHere = ({ all }: Pick<Database, 'all'>): readonly { readonly project: string; readonly namespace: string }[] =>
  all('SELECT DISTINCT project, namespace FROM programs WHERE project IS NOT NULL ORDER BY project')
