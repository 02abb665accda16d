import type { Environment, Reach } from '../model/environment.ts'
import { canRun, environmentLabel } from './participants.ts'

/** How a side is worked with from here. */
export const reachOf = (environment: Environment): Reach => (environment.self ? 'native' : canRun(environment) ? 'across' : 'none')

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
})
