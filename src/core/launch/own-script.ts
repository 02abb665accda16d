import type { Entry } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'

/** True for a package's JavaScript that this side's own node starts, so that `run` may run it in its own process. */
export const isOwnScript = (entry: Entry, spec: ServerSpec, side: Environment): boolean =>
  entry.kind === 'stdio' && spec.package !== undefined && entry.command === side.node && !/npx-cli\.js$/.test(entry.args[0] ?? '')
