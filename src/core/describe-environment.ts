import type { Environment, Reach } from '../model/environment.ts'
import { canRun, environmentLabel } from './participants.ts'

/** How a side is worked with from here. */
export const reachOf = (environment: Environment): Reach => (environment.self ? 'native' : canRun(environment) ? 'across' : 'none')

/** An environment as the JSON documents of init and doctor show it. */
export const environmentJson = (environment: Environment): Record<string, unknown> => ({
  id: environment.id,
  kind: environment.kind,
  label: environmentLabel(environment),
  home: environment.home,
  node: environment.node === undefined ? null : { path: environment.node, version: environment.nodeVersion ?? null },
  npmPrefix: environment.prefix ?? null,
  reach: reachOf(environment),
})
