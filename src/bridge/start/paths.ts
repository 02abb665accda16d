import { toHere } from '../../core/paths.ts'
import { isAutorunName } from '../policy/autorun.ts'
import { closedByName } from '../policy/closed.ts'
import { within } from '../policy/region.ts'
import type { Sides, Roots } from '../base/settings.ts'
import { understand } from '../policy/spelling.ts'
import { Refusal } from '../base/refusal.ts'
import type { RootSpec } from '../../model/manifest.ts'

/** Paths of the manifest or of flags, absolute or from `~`; any other opens nothing and is a problem. */
export function configured(paths: readonly string[], what: string, sides: Sides, problems: string[]): string[] {
  return paths.flatMap((path) => {
    const absolute = /^(~([\\/]|$)|[\\/]|[A-Za-z]:[\\/])/.test(path.trim())
    if (!absolute) {
      problems.push(`${what} ${JSON.stringify(path)} is neither absolute nor from ~, so it is not used.`)
      return []
    }
    try {
      return [understand(path, sides, '')]
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push(`${what} ${JSON.stringify(path)} is not used: ${error.message}`)
      return []
    }
  })
}

/** What `bridge.allow` names: paths, and names of the list of what is open to reading only. Nothing that is closed is opened by it. */
export function allowed(entries: readonly string[], sides: Sides, closed: readonly string[], problems: string[]): string[] {
  const names = entries.filter(isAutorunName)
  const paths = configured(
    entries.filter((entry) => !isAutorunName(entry)),
    'The path of bridge.allow',
    sides,
    problems,
  )
  const same = (path: string): string => path
  for (const path of paths)
    if (closedByName(path) || closed.some((folder) => within(path, folder, same)))
      problems.push(`The path of bridge.allow ${JSON.stringify(path)} stays closed: it opens only what may be read already.`)
  return [...names, ...paths]
}

/** The homes of all sides as this process reaches them, this side's own first. */
export const homesOf = ({ self, others }: Sides): string[] => [
  self.home,
  ...others.flatMap((side) => {
    const home = toHere(side, side.home)
    return home === null ? [] : [home]
  }),
]

/** The allowed folders that a manifest names, after the workspace, in which relative paths begin. What is wrong goes into `problems`. */
export function rootsOf(specs: readonly RootSpec[] | undefined, workspace: string, sides: Sides, problems: string[]): Roots {
  const opened = (specs ?? []).flatMap((spec) => {
    const { path, readOnly = false } = typeof spec === 'string' ? { path: spec } : spec
    return configured([path], 'The root', sides, problems).map((here) => ({ here, readOnly }))
  })
  return {
    roots: [workspace, ...opened.map(({ here }) => here)],
    readable: opened.filter(({ readOnly }) => readOnly).map(({ here }) => here),
  }
}
