import { type FoundOptions, importFound } from '../../core/import/from-files.ts'
import type { Imported } from '../../core/import/merge.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { canRun } from '../../core/participants.ts'
import type { Environment } from '../../model/environment.ts'
import type { Situation } from '../manifest/open.ts'
import { findUv } from '../packages/uv.ts'
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

/** The sides that have uv, as a test for one; none is asked where the texts speak of no `uvx`. */
export async function uvOn(
  system: System,
  { world, sides }: Pick<Situation, 'world' | 'sides'>,
  texts: readonly (string | Uint8Array | null)[],
): Promise<(side: Environment) => boolean> {
  const isAsked = texts.some((text) => text !== null && /\buvx?\b/.test(typeof text === 'string' ? text : new TextDecoder().decode(text)))
  const asked = isAsked ? sides.filter(canRun) : []
  const found = await Promise.all(asked.map(async (side) => ((await findUv(system, world, side)) === null ? [] : [side.id])))
  const ids = new Set(found.flat())
  return ({ id }) => ids.has(id)
}

/** Every entry, on its own side. */
export const allFound = async (system: System, situation: Situation, { files }: PlanInput) => ({
  hasUv: await uvOn(
    system,
    situation,
    files.map(({ bytes }) => bytes),
  ),
  from: [],
  everywhere: new Set<string>(),
  without: new Set<string>(),
})
