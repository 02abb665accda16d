import type { Environment, Reach, World } from '../model/environment.ts'
import type { Manifest } from '../model/manifest.ts'

/** Does a word of `only`, `except`, `on` or `--on` mean this environment? Kinds and ids both do. */
export const meansEnvironment = (word: string, environment: Environment): boolean =>
  word.toLowerCase() === environment.id.toLowerCase() || word === environment.kind

/** What the user calls it: a label of its own, the distribution, or the system's name. */
export function environmentLabel(environment: Environment): string {
  if (environment.label !== undefined) return environment.label
  if (environment.kind === 'wsl') return environment.distro ?? 'WSL'
  return { windows: 'Windows', linux: 'Linux', macos: 'macOS' }[environment.kind]
}

/**
 * The environments that take part: this one, home, Windows, and of the WSL distributions the ones the manifest names,
 * else the one that is this side or home, else the first (which detection lists as Windows' default).
 */
export function participants(world: World, home: Environment, manifest: Pick<Manifest, 'distros'>): Environment[] {
  const distributions = world.environments.filter((each) => each.kind === 'wsl')
  const named = manifest.distros
  const near = distributions.filter((each) => each.self || each.id === home.id)
  const chosen =
    named !== undefined
      ? distributions.filter((each) => near.includes(each) || named.some((name) => name.toLowerCase() === each.distro?.toLowerCase()))
      : near.length > 0
        ? near
        : distributions.slice(0, 1)
  return world.environments.filter((each) => each.kind !== 'wsl' || chosen.includes(each))
}

/** Can programs of this side be started from here? */
export const canRun = (environment: Environment): boolean => environment.self || environment.exec !== undefined

/** How a side is worked with from here. */
const reachOf = (environment: Environment): Reach => (environment.self ? 'native' : canRun(environment) ? 'across' : 'none')

/**
 * An environment as the JSON documents of init and doctor show it. `node` is an object on every side, so that a script may
 * ask for its path without asking first whether there is one; `path` is null where no node can be used, `version` where it
 * is not known. A node that is too old has a version and no path.
 */
export const environmentJson = (environment: Environment): Record<string, unknown> => ({
  id: environment.id,
  kind: environment.kind,
  label: environmentLabel(environment),
  home: environment.home,
  node: { path: environment.node ?? null, version: environment.nodeVersion ?? null },
  npmPrefix: environment.prefix ?? null,
  reach: reachOf(environment),
  ...(environment.asleep === true && { asleep: true }),
})
