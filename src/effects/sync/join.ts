import { canRun, participants } from '../../core/participants.ts'
import { toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { typedOn } from '../machine/delegate.ts'
import type { ManifestChange } from './edit-manifest.ts'
import type { Situation } from '../manifest/open.ts'

/** The distribution that is to take part: the one that was named, or the one where an `init` was typed that home got handed. */
export function joiningDistro(system: System, named: string | undefined): string | undefined {
  const from = typedOn(system)
  return named ?? (from?.startsWith('wsl:') ? from.slice('wsl:'.length) : undefined)
}

interface Partners {
  /** Names of the distributions that take part once this one does. */
  readonly distros: readonly string[]
  readonly joining: Environment
}

/**
 * Null where the manifest need not say who takes part: as long as there is only one distribution, it is found by itself.
 * Those that took part before are known by the entries written there.
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

/** The situation with a distribution that joins, so that what it has is seen, imported and written like everything else. */
export function withJoining(situation: Situation, distro: string | undefined): Situation {
  const found = partners(situation, distro)
  if (found === null) return situation
  return { ...situation, sides: participants(situation.world, situation.home.environment, { distros: [...found.distros] }) }
}

/** Writes down who takes part, for every later command; not one that is out of reach, since each of those would refuse it anew. */
export function joinChanges(situation: Situation, distro: string | undefined): ManifestChange[] {
  const found = partners(situation, distro)
  if (found === null || !canRun(found.joining) || toHere(found.joining, found.joining.home) === null) return []
  return [{ kind: 'set', path: ['distros'], value: [...found.distros] }]
}
