import { TwinError } from '../../errors.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { installPackage } from '../packages/install.ts'
import { type NeededPackage, readiness } from '../packages/ready.ts'
import type { RunGround } from './ground.ts'

/** A server and the script of its package. */
export interface Script {
  readonly server: string
  readonly needed: NeededPackage
  readonly script: NativePath
}

/** True where the script may be started. Throws what must not be started although it is there. */
export async function isReady(system: System, { self, folder }: RunGround, { server, needed, script }: Script): Promise<boolean> {
  const found = await readiness(system, self, folder, needed, script)
  if (found.kind === 'odd')
    throw new TwinError('not-started', `"${server}" is not started: ${found.reason}.`, {
      hint: `remove ${found.folder}: the next start installs it again`,
    })
  return found.kind === 'ready'
}

/** Installs the package of a script. Throws what hindered it, in words; what was aborted is no trouble. */
export async function installNeeded(
  system: System,
  ground: RunGround,
  wanted: Script,
  { offline, signal }: { readonly offline: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { server, needed } = wanted
  const { locked, allowScripts, prefix, npmrcOnly } = needed
  const { world, self, folder } = ground
  const words = `${locked.name} ${locked.version}`
  const options = { allowScripts, prefix, signal, offline, npmrcOnly }
  const { outcome, reason, hint } = await installPackage(system, world, self, folder, locked, options)
  if (signal.aborted) return
  if (outcome === 'failed')
    throw new TwinError('not-installed', `"${server}" cannot be started: ${words} could not be installed: ${reason ?? 'npm failed'}.`, {
      hint: hint ?? 'mcp-twin sync',
    })
  if (!(await isReady(system, ground, wanted)))
    throw new TwinError('not-started', `"${server}" cannot be started: ${words} lacks the script ${wanted.script}.`, {
      hint: 'name another version in the manifest',
    })
}
