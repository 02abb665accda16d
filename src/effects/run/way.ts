import type { System } from '../../model/system.ts'
import type { Way } from './http.ts'
import { npmSettings } from './npm-settings.ts'
import { proxyFor } from './proxy.ts'

/** The way out of this side: the proxy and the certificates that npm uses here. `home` and `prefix` as this process opens them. */
export async function wayOut(system: System, home: string, prefix?: string): Promise<Way> {
  const settings = await npmSettings(system, home, prefix)
  return { proxy: (url) => proxyFor(url, settings, system.variables), ca: settings.ca }
}
