import { toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type Fetch, fetchBy } from '../run/http.ts'
import { proxySettings } from '../run/proxy-settings.ts'

/** A fetch with npm's proxy and certificates on this side, as its servers are reached. */
export async function homeFetch(system: System, side: Environment): Promise<Fetch> {
  const here = (path: string): string => toHere(side, native(path)) ?? path
  return fetchBy(await proxySettings(system, here(side.home), side.prefix === undefined ? undefined : here(side.prefix)))
}
