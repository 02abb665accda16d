import { loginKey } from '../../core/login/addresses.ts'
import { TwinError } from '../../errors.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import type { Situation } from '../manifest/open.ts'
import { LoginStore, loginState } from '../store/logins.ts'
import { homeFetch } from './home-fetch.ts'
import { revoke, type Revoked } from './revoke.ts'
import { launchOf } from './target.ts'

/** Forgets the login of the server at this address, and revokes it where its service can. Null: there was nothing to revoke. */
export async function forgetLogin(
  system: System,
  { environment, here }: HomePlace,
  url: string,
  isOffline: boolean,
): Promise<Revoked | null> {
  let revoked: Revoked | null = null
  const fetch = await homeFetch(system, environment)
  await new LoginStore(system, here).change(url, async (login) => {
    if (login !== null) revoked = isOffline ? 'failed' : await revoke(login, url, fetch)
    return null
  })
  return revoked
}

/** The same for several. */
export async function forgetLogins(system: System, home: HomePlace, urls: Iterable<string>, isOffline: boolean): Promise<void> {
  for (const url of urls) await forgetLogin(system, home, url, isOffline)
}

/** The logins that no server needs any more once these are gone, by the names of the servers: their addresses. */
export async function loginsOnlyOf(system: System, situation: Situation, names: readonly string[]): Promise<Map<string, string>> {
  const { manifest, place, home } = situation
  const all = place.project === null ? Object.keys(manifest.servers).filter((name) => manifest.servers[name]?.auth === 'oauth') : []
  if (!all.some((name) => names.includes(name))) return new Map()
  const kept = await new LoginStore(system, home.here).readable()
  const found = await Promise.all(all.map(async (name) => ({ name, address: await addressOf(system, situation, name) })))
  const staying = new Set(found.filter(({ name }) => !names.includes(name)).map(({ address }) => address))
  return new Map(
    found.flatMap(({ name, address }) =>
      names.includes(name) && address !== null && !staying.has(address) && loginState(kept, address) !== 'out' ? [[name, address]] : [],
    ),
  )
}

/** The address of a server as logins are kept by it; null where something of it is missing. */
async function addressOf(system: System, situation: Situation, name: string): Promise<string | null> {
  try {
    const launch = await launchOf(system, situation, name)
    return launch.kind === 'remote' ? loginKey(launch.url) : null
  } catch (error) {
    if (error instanceof TwinError) return null
    throw error
  }
}
