import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Users and groups of this machine's own lists. Those of a directory service (LDAP, macOS) are not in them. */
export interface Accounts {
  /** A user's name; null: no list here has it. */
  name(uid: number): string | null
  /** A user as a person knows him: `bob (uid 1001)`. */
  user(uid: number): string
  /** `devs (gid 2000)`. */
  group(gid: number): string
  /** True where a group holds these users, and nobody else but root: what it may write, no other person may. */
  isOnlyOf(gid: number, uids: ReadonlySet<number>): boolean
}

interface Row {
  readonly name: string
  readonly id: number
  readonly rest: readonly string[]
}

/** Lines of passwd(5) and group(5): `name:password:id:…`. */
async function rowsOf(system: System, path: ReachablePath): Promise<Row[]> {
  const bytes = await system.files.read(path)
  return Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [name = '', , id = '', ...rest] = line.split(':')
      return /^\d+$/.test(id) ? [{ name, id: Number(id), rest }] : []
    })
}

/** The group of everybody on macOS, which lists no members: they are in its directory service. */
const staff = 20

export async function readAccounts(system: System): Promise<Accounts> {
  const users = await rowsOf(system, reachable('/etc/passwd'))
  const groups = await rowsOf(system, reachable('/etc/group'))
  const nameOf = (rows: readonly Row[], id: number): string | undefined => rows.find((row) => row.id === id)?.name
  const membersOf = (gid: number): Set<string> => {
    const listed = groups.flatMap(({ id, rest }) => (id === gid ? (rest[0] ?? '').split(',') : []))
    const first = users.flatMap(({ name, rest }) => (rest[0] === String(gid) ? [name] : []))
    return new Set([...listed, ...first].filter((name) => name !== ''))
  }
  return {
    name: (uid) => nameOf(users, uid) ?? null,
    user: (uid) => `${nameOf(users, uid) ?? 'another user'} (uid ${uid})`,
    group: (gid) => `${nameOf(groups, gid) ?? 'a group'} (gid ${gid})`,
    isOnlyOf(gid, uids) {
      // Its members are system accounts, trusted like root; a container may start its user in it.
      if (gid === 0) return system.gid === 0
      if (system.platform === 'darwin' && gid === staff) return false
      const own = [...uids].flatMap((uid) => nameOf(users, uid) ?? [])
      const members = membersOf(gid)
      const others = [...members].filter((name) => name !== 'root' && !own.includes(name))
      if (others.length > 0) return false
      // A group that nobody is known to be in: this process's own, or one numbered like its user, as user-private groups are.
      return gid === system.gid || own.some((name) => members.has(name)) || uids.has(gid)
    },
  }
}
