import { fillTemplates } from '../../core/keys/template.ts'
import { lookUp } from '../../core/lookup.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Entry, Remote } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { resolveFrom } from '../run/find.ts'
import { openSecrets } from '../store/secrets.ts'

/** A remote server as home reaches it, and what the manifest says about its login; keys filled in. */
export interface LoginTarget {
  readonly remote: Remote
  readonly client: NonNullable<ServerSpec['oauth']>
}

/** Finds a server that can have a login. Throws in words for any other. */
export async function loginTarget(system: System, situation: Situation, name: string): Promise<LoginTarget> {
  const { home, place, manifest } = situation
  if (place.project !== null)
    throw usageError(`"${name}" is a server of a project, and each program logs in to those by itself.`, {
      hint: 'for a server of your own: mcp-twin login NAME --user',
    })
  const remote = await launchOf(system, situation, name)
  if (remote.kind !== 'remote')
    throw usageError(`"${name}" is started on this computer, and only servers with a "url" have a login.`, { hint: 'mcp-twin list' })
  const { clientSecret, ...client } = lookUp(manifest.servers, name)?.oauth ?? {}
  if (clientSecret === undefined) return { remote, client }
  const store = openSecrets(system, home.here, manifest)
  let key = ''
  fillTemplates(clientSecret, (_, wanted) => (key = wanted))
  const value = await store.get(key)
  if (value === null) throw new TwinError('no-key', `The login of "${name}" needs the key ${key}.`, { hint: `mcp-twin secret set ${key}` })
  return { remote, client: { ...client, clientSecret: reveal(value) } }
}

/** How home starts or reaches a server. */
export async function launchOf(system: System, { world, self, home, manifest, lock }: Situation, name: string): Promise<Entry> {
  const local = { world, self, folder: home.folder, folderHere: home.here, home: true }
  const { entry } = await resolveFrom(system, local, { manifest, lock, name, keysOf: manifest })
  return reveal(entry)
}
