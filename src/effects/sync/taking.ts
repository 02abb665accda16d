import { lookUp } from '../../core/lookup.ts'
import { digest, meaning } from '../../core/launch/meaning.ts'
import { readClientFile } from '../../core/plan/file.ts'
import { fingerprint } from '../../core/plan/fingerprint.ts'
import type { PlanInput, PlannedFile } from '../../core/plan/plan.ts'
import { recordOf } from '../../core/plan/records.ts'
import type { JsonValue } from '../../model/entry.ts'
import { reveal } from '../../model/secret.ts'
import type { FileState } from '../../model/state.ts'
import type { TakenEntry } from '../store/originals.ts'

/**
 * The entries of a file that a run takes over, with what they say now: those that become ours, also where only a record is made, and
 * those of ours that a person changed and the run adopts. `known`: our records as they were before the run. Null: there are none.
 */
export function takenOver(
  input: PlanInput,
  { observed, plan }: PlannedFile,
  { entries: known }: FileState,
): Readonly<Record<string, TakenEntry>> | null {
  if (plan.refusal !== null) return null
  const read = readClientFile(observed.client, observed.bytes)
  const present = new Map(read.ok ? read.document.entries().map(({ name, value }) => [name, value]) : [])
  const recorded = recordOf(input.state, plan).entries
  const planned = plan.entries.flatMap(({ entryName, record, change }) => ((record ?? change) === null ? [] : [entryName]))
  const says = (name: string): string | null => {
    const entry = meaning(present.get(name) ?? null, observed.client)
    return 'unreadable' in entry ? null : digest(entry)
  }
  const isAdopted = (name: string): boolean => {
    const now = lookUp(recorded, name)?.digest
    return now !== undefined && now !== lookUp(known, name)?.digest && now === says(name)
  }
  const names = [...new Set([...planned, ...Object.keys(recorded)])].filter((name) => !Object.hasOwn(known, name) || isAdopted(name))
  if (names.length === 0) return null
  const { world, lock, folders } = input.render
  const context = { environment: observed.environment, world, home: input.home, lock, folders, manifest: input.manifest }
  const print = (value: JsonValue | null) => (value === null ? null : fingerprint(observed.client, context, value))
  return Object.fromEntries(
    names.map((name) => {
      const was = present.get(name) ?? null
      const change = plan.entries.find(({ entryName }) => entryName === name)?.change ?? null
      const made = change === null ? null : reveal(change)
      return [name, { was, made: print(made?.kind === 'set' ? made.value : was) }]
    }),
  )
}
