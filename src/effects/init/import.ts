import { type Imported, importServers } from '../../core/import/merge.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Situation } from '../situation/open.ts'
import { foreignEntries } from './found.ts'

export interface ImportWishes {
  /** Only what these clients have; empty: all. */
  readonly from: readonly string[]
  /** Servers that every side shall have, wherever they came from. */
  readonly everywhere: ReadonlySet<string>
  /** Names that shall not be taken over at all. */
  readonly without: ReadonlySet<string>
}

/** Takes over what the clients have, as far as the manifest does not know it. */
export function importFound(situation: Situation, input: PlanInput, wishes: ImportWishes): Imported {
  const found = foreignEntries(input.files, situation.state).filter(
    (each) => (wishes.from.length === 0 || wishes.from.includes(each.client.id)) && !wishes.without.has(each.name),
  )
  return importServers(found, {
    world: input.render.world,
    home: input.home,
    lock: input.render.lock,
    folders: input.render.folders,
    manifest: situation.manifest,
    sides: situation.sides,
    key: input.render.key,
    inProject: input.render.project !== undefined,
    everywhere: (name) => wishes.everywhere.has(name),
  })
}
