import { canRun, participants } from '../../core/participants.ts'
import type { System } from '../../model/system.ts'
import { typedOn } from '../home/delegate.ts'
import type { ManifestChange } from '../manifest/edit.ts'
import type { Situation } from '../situation/open.ts'

/** The distribution that is to take part: the one that was named, or the one that handed an `init` typed there over to home. */
export function joiningDistro(system: System, named: string | undefined): string | undefined {
  const from = typedOn(system)
  return named ?? (from?.startsWith('wsl:') ? from.slice('wsl:'.length) : undefined)
}

/**
 * Names of the distributions that take part once `distro` does, null where the manifest need not say so: as long as there is
 * only one, it is found by itself. Those that took part before are known by the entries written there.
 */
function partners({ world, home, manifest, state }: Situation, distro: string | undefined): readonly string[] | null {
  const joining = world.environments.find((each) => each.kind === 'wsl' && each.distro?.toLowerCase() === distro?.toLowerCase())
  if (distro === undefined || joining?.distro === undefined || !canRun(joining)) return null
  const written = Object.keys(state.files).flatMap((id) => (id.startsWith('wsl:') ? [id.slice('wsl:'.length)] : []))
  const own = home.environment.distro === undefined ? [] : [home.environment.distro]
  const before = manifest.distros ?? [...new Set([...own, ...written])]
  const isThere = before.some((name) => name.toLowerCase() === distro.toLowerCase())
  if (isThere && (manifest.distros !== undefined || before.length === 1)) return null
  if (before.length === 0) return null
  return isThere ? before : [...before, joining.distro]
}

/** The situation with a distribution that joins, so that what it has is seen, imported and written like everything else. */
export function withJoining(situation: Situation, distro: string | undefined): Situation {
  const distros = partners(situation, distro)
  if (distros === null) return situation
  return { ...situation, sides: participants(situation.world, situation.home.environment, { distros: [...distros] }) }
}

/** Writes down who takes part, so that every later command knows. */
export function joinChanges(situation: Situation, distro: string | undefined): ManifestChange[] {
  const distros = partners(situation, distro)
  return distros === null ? [] : [{ kind: 'set', path: ['distros'], value: [...distros] }]
}
