import { lockedFor } from '../../core/manifest/locked.ts'
import { isStartedByRun } from '../../core/launch/project.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { installPackage } from './install.ts'
import type { InstallOptions } from './job.ts'

/** A project that was trusted, and the side on which its packages are wanted. */
export interface TrustedProject {
  readonly manifest: Pick<Manifest, 'servers'>
  readonly lock: Lock
  readonly environment: Environment
  readonly folder: NativePath
}

/**
 * Installs what `run` starts the servers of a trusted project from, so that nobody has to wait for it later. Answers what could
 * not be installed, in words: `run` tries that again.
 */
export async function installForProject(
  system: System,
  world: World,
  { manifest, lock, environment, folder }: TrustedProject,
  options: Pick<InstallOptions, 'offline' | 'signal' | 'onProgress'>,
): Promise<string[]> {
  const servers = Object.values(manifest.servers).filter((server) => server.disabled !== true && isStartedByRun(server))
  const notices: string[] = []
  for (const words of new Set(servers.flatMap((server) => server.package ?? []))) {
    const locked = lockedFor(lock, words)
    if (locked === undefined || 'refuse' in locked) continue
    const allowScripts = servers.some((server) => server.package === words && server.allowScripts === true)
    const how = { ...options, allowScripts, prefix: { kind: 'own' } } as const
    const { outcome, reason, scripts = [] } = await installPackage(system, world, environment, folder, locked, how)
    if (scripts.length > 0)
      notices.push(`install scripts were not run for ${scripts.join(', ')}; a server that needs them wants "allowScripts": true`)
    if (outcome === 'failed')
      notices.push(`${locked.name} ${locked.version} is not installed yet: ${reason}; the server's start tries it again`)
  }
  return notices
}
