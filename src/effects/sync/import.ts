import { type FoundOptions, importFound } from '../../core/import/from-files.ts'
import type { Imported } from '../../core/import/merge.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { openSecrets } from '../store/secrets.ts'

/**
 * Imports with regard to the stored keys: an entry with another key must neither replace the stored key of that name nor get
 * it. Returns those keys too, to repeat the import.
 */
export async function importBeside(
  system: System,
  situation: Situation,
  input: PlanInput,
  options: FoundOptions,
): Promise<{ readonly imported: Imported; readonly known: ReadonlyMap<string, Secret> }> {
  const { home, manifest, self } = situation
  const store = openSecrets(system, home.here, manifest, self.id)
  const known = new Map<string, Secret>()
  const looked = new Set<string>()
  for (;;) {
    const imported = importFound(situation, input, options, known)
    const names = imported.secrets.map(({ name }) => name).filter((name) => !looked.has(name))
    if (names.length === 0) return { imported, known }
    for (const name of names) {
      looked.add(name)
      const key = await store.get(name)
      if (key !== null) known.set(name, key)
    }
  }
}
