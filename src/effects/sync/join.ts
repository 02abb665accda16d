import { canRun, participants } from '../../core/participants.ts'
import { toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { typedOn } from '../machine/delegate.ts'
import type { ManifestChange } from './edit-manifest.ts'
import type { Situation } from '../manifest/open.ts'

/** Returns the distribution that joins: the named one, or the one in which `init` was typed before it was passed to home. */
export function joiningDistro(system: System, named: string | undefined): string | undefined {
  const from = typedOn(system)
  return named ?? (from?.startsWith('wsl:') ? from.slice('wsl:'.length) : undefined)
}

interface Partners {
  /** Names of all distributions that take part then. */
  readonly distros: readonly string[]
  readonly joining: Environment
}

/**
 * Returns null where the manifest need not list distributions: a single one is found automatically. Those that took part
 * before are known from our records.
 */
function partners({ world, home, manifest, state }: Situation, distro: string | undefined): Partners | null {
  const isMeant = (name: string | undefined): boolean => name !== undefined && name.toLowerCase() === distro?.toLowerCase()
  const joining = world.environments.find((each) => each.kind === 'wsl' && isMeant(each.distro))
  if (joining?.distro === undefined) return null
  const written = Object.keys(state.files).flatMap((id) => (id.startsWith('wsl:') ? [id.slice('wsl:'.length)] : []))
  const own = home.environment.distro === undefined ? [] : [home.environment.distro]
  const before = manifest.distros ?? [...new Set([...own, ...written])]
  if (before.length === 0 || before.some(isMeant)) return null
  return { distros: [...before, joining.distro], joining }
}

/** Returns the situation with the joining distribution as a side. */
export function withJoining(situation: Situation, distro: string | undefined): Situation {
  const found = partners(situation, distro)
  if (found === null) return situation
  return { ...situation, sides: participants(situation.world, situation.home.environment, { distros: [...found.distros] }) }
}

/** Returns the change that lists the distributions in the manifest; none for one that cannot be reached. */
export function joinChanges(situation: Situation, distro: string | undefined): ManifestChange[] {
  const found = partners(situation, distro)
  if (found === null || !canRun(found.joining) || toHere(found.joining, found.joining.home) === null) return []
  return [{ kind: 'set', path: ['distros'], value: [...found.distros] }]
}
