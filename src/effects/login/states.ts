import { clients } from '../../catalog/clients/index.ts'
import { resolveServer } from '../../core/launch/resolve.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { LoginState, Logins } from '../../model/login.ts'
import type { Secret } from '../../model/secret.ts'
import { loginState } from '../store/logins.ts'

/** Whether home is logged in to each server of the manifest that is reached by a login. */
export function loginStates({ manifest, render, home }: PlanInput, logins: Secret<Logins>): ReadonlyMap<string, LoginState> {
  const [client] = clients
  const servers = Object.entries(manifest.servers).filter(([, { auth, disabled }]) => auth === 'oauth' && disabled !== true)
  return new Map(
    servers.flatMap(([name, server]): [string, LoginState][] => {
      if (client === undefined) return []
      const resolved = resolveServer({ ...render, name, server, client, environment: home, scope: 'user' })
      const isRemote = resolved.kind === 'resolved' && resolved.entry.kind === 'remote'
      return isRemote ? [[name, loginState(logins, resolved.entry.url)]] : []
    }),
  )
}
