import { lockedFor } from '../../core/manifest/locked.ts'
import { wordsIn } from '../../core/manifest/names.ts'
import { isStartedByRun } from '../../core/launch/project.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { installPackage } from './install.ts'
import type { InstallOptions } from './job.ts'

/** A trusted project, and the side on which its packages are to be installed. */
export interface ProjectToInstall {
  readonly manifest: Pick<Manifest, 'servers'>
  readonly lock: Lock
  readonly environment: Environment
  readonly folder: NativePath
}

/**
 * Installs the packages of a trusted project's servers, so that their first start is fast. Returns a notice for each package
 * that could not be installed; `run` tries those again.
 */
export async function installForProject(
  system: System,
  world: World,
  { manifest, lock, environment, folder }: ProjectToInstall,
  options: Pick<InstallOptions, 'offline' | 'signal' | 'onProgress'>,
): Promise<string[]> {
  const servers = Object.values(manifest.servers).filter((server) => server.disabled !== true && isStartedByRun(server))
  const notices: string[] = []
  for (const words of new Set(servers.flatMap((server) => wordsIn(server) ?? []))) {
    const locked = lockedFor(lock, words)
    if (locked === undefined || 'refuse' in locked) continue
    const allowScripts = servers.some((server) => wordsIn(server) === words && server.allowScripts === true)
    const how = { ...options, allowScripts, prefix: { kind: 'own' } } as const
    const { outcome, reason, scripts = [] } = await installPackage(system, world, environment, folder, locked, how)
    if (scripts.length > 0)
      notices.push(`install scripts were not run for ${scripts.join(', ')}; a server that needs them must set "allowScripts": true`)
    if (outcome === 'failed')
      notices.push(`${locked.name} ${locked.version} is not installed yet: ${reason}; the server's start tries it again`)
  }
  return notices
}
