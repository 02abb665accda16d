import type { KeyFacts } from '../../core/doctor/facts.ts'
import type { System } from '../../model/system.ts'
import { openSecrets } from '../store/secrets.ts'
import type { Situation } from '../manifest/open.ts'

/**
 * Of the keys that a plan lacks, those that nobody has. A sync reads no key for a project, whose files never hold one;
 * its servers get theirs from the user's store when they are started.
 */
export async function lackedInStore(
  system: System,
  { home, manifest, self }: Situation,
  missing: KeyFacts['missing'],
): Promise<KeyFacts['missing']> {
  const store = openSecrets(system, home.here, manifest, self.id)
  const stored = await Promise.all(missing.map(({ name }) => store.has(name)))
  return missing.filter((_, at) => stored[at] === false)
}
