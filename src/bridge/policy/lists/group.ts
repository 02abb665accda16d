import type { Environment } from '../../../model/environment.ts'

/**
 * Paths for one reason. Relative to a user's home, with `/`; a folder means everything in it, `*` for a part of one
 * name. `anywhere` holds for every system, the others in addition for homes of theirs.
 */
export interface Group {
  readonly reason: string
  readonly anywhere?: readonly string[]
  readonly macos?: readonly string[]
  readonly windows?: readonly string[]
}

/** Paths as a text: names between commas, `folder: name, name` for several in one folder. */
export const paths = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, folder, names = ''] = /^(?:(.*): )?(.*)$/.exec(line.trim()) ?? []
      return names.split(', ').map((name) => (folder === undefined ? name : `${folder}/${name}`))
    })

/** The paths of all groups that mean something in a home on this kind of system. */
export function pathsFor(kind: Environment['kind'], groups: readonly Group[]): string[] {
  const own = (group: Group): readonly string[] => (kind === 'macos' ? group.macos : kind === 'windows' ? group.windows : undefined) ?? []
  return [...new Set(groups.flatMap((group) => [...(group.anywhere ?? []), ...own(group)]))]
}

/** The paths that a list names without `*`: of `x*` there is at least `x`. */
export const exactly = (list: readonly string[]): string[] =>
  list.map((path) => path.replace(/\*$/, '')).filter((path) => !path.includes('*'))

/** The paths of all groups on all systems, for a home whose system is unknown. */
export const pathsForAny = (groups: readonly Group[]): string[] =>
  groups.flatMap(({ anywhere = [], macos = [], windows = [] }) => [...anywhere, ...macos, ...windows])
