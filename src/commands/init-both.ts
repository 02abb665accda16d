import type { Context } from '../context.ts'
import type { Imported, KeyConflict } from '../core/import/merge.ts'
import { quoted } from '../core/doctor/names.ts'
import { wordFor } from '../core/launch/side.ts'
import { isEnvironmentName } from '../core/manifest/rules.ts'
import { environmentLabel, meansEnvironment } from '../core/participants.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { runInNotice } from '../effects/sync/enable.ts'
import { type RunsIn, runsIn } from '../effects/sync/run-in.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { visible } from '../ui/escape.ts'

/** Asks which value is right where clients hold different ones under one name; a name that is not answered keeps them all. */
export async function askConflicts({ prompt }: Context, conflicts: readonly KeyConflict[]): Promise<ReadonlyMap<string, Secret>> {
  const settled = new Map<string, Secret>()
  for (const { name, values } of conflicts) {
    const choices = values.map(({ value, holders }) => ({ value, name: `The one of ${visible(holders.join(', '))}` }))
    const both = values.length === 2 ? 'Both are right: keep them apart' : 'All are right: keep them apart'
    const right = await prompt.choose<Secret | null>(
      `${name} has different values. Which one is right for every side?`,
      [...choices, { value: null, name: both }],
      { flag: '--yes' },
    )
    if (right !== null) settled.set(name, right)
  }
  return settled
}

/** Where imported servers run that every side shall have, and whose program is on one side only. */
export async function reachedAcross(
  { system }: Context,
  situation: Situation,
  { servers, adopted }: Imported,
  everywhere: ReadonlySet<string>,
): Promise<ReadonlyMap<string, RunsIn>> {
  const found = new Map<string, RunsIn>()
  for (const [name, server] of Object.entries(servers)) {
    if (!everywhere.has(name)) continue
    const had = situation.sides.filter((side) => adopted.some((each) => each.server === name && each.environment === side.id))
    const others = situation.sides.filter((side) => !had.includes(side))
    const runs = await runsIn(system, situation, server, had, others)
    if (runs !== null) found.set(name, runs)
  }
  return found
}

/** These servers with where they run. */
export const withRunIn = (
  servers: Readonly<Record<string, ServerSpec>>,
  across: ReadonlyMap<string, RunsIn>,
): Readonly<Record<string, ServerSpec>> =>
  Object.fromEntries(
    Object.entries(servers).map(([name, server]) => {
      const word = across.get(name)?.word
      return [name, word === undefined ? server : { ...server, runIn: word }]
    }),
  )

export const acrossNotes = (across: ReadonlyMap<string, RunsIn>): string[] =>
  [...across].map(([name, { side, lacking }]) => runInNotice(name, side, lacking))

/** Names the servers that some side does not get, with the command that brings them there. */
export function stayingNotes(
  { sides, world }: Pick<Situation, 'sides' | 'world'>,
  servers: Readonly<Record<string, ServerSpec>>,
  unmanaged: Imported['unmanaged'],
): string[] {
  const groups = new Map<string, { names: string[]; have: string; lack: string; words: string }>()
  for (const [name, { only, disabled }] of Object.entries(servers)) {
    const places = (only ?? []).filter(isEnvironmentName)
    if (places.length === 0 || disabled === true) continue
    const has = sides.filter((side) => places.some((word) => meansEnvironment(word, side)))
    // An entry of that name that stays the user's own is reported by itself.
    const lacks = sides.filter(
      (side) => !has.includes(side) && !unmanaged.some((each) => each.name === name && each.environment === side.id),
    )
    if (has.length === 0 || lacks.length === 0) continue
    const [have, lack] = [has, lacks].map((some) => some.map(environmentLabel).join(' and '))
    const words = lacks.map((side) => wordFor(side, world)).join(',')
    const group = groups.get(`${have} ${lack}`) ?? { names: [], have: have ?? '', lack: lack ?? '', words }
    group.names.push(name)
    groups.set(`${have} ${lack}`, group)
  }
  return [...groups.values()].map(
    ({ names, have, lack, words }) =>
      `only on ${have}: ${names.join(', ')}. To have ${names.length === 1 ? 'it' : 'them'} on ${lack} too: mcp-twin enable ${names.map(quoted).join(' ')} --on ${words}`,
  )
}
