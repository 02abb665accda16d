import { clients } from '../../catalog/clients/index.ts'
import { layout } from '../../core/layout.ts'
import { toHere, translate } from '../../core/paths.ts'
import { planLaunches, launchesIn, textFor } from '../../core/plan/launches.ts'
import type { LaunchesFacts, LaunchesPlan } from '../../core/plan/input.ts'
import type { Plan, PlanInput } from '../../core/plan/plan.ts'
import { endStep } from '../../core/plan/step.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Launches } from '../../model/launches.ts'
import { type NativePath, native, type ReachablePath } from '../../model/path.ts'
import type { EntryStep, Step } from '../../model/plan.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { TrustedProject } from '../../model/trust.ts'
import { ownerOnly } from '../machine/far-modes.ts'
import { isTrouble, wordsOf } from '../store/trouble.ts'
import { checkOwnerOnly } from '../store/secrets-file.ts'
import { openSecrets } from '../store/secrets.ts'
import { readTrust } from '../store/trust.ts'

/**
 * Reads `launches.json` of every other side that can be reached, and the keys of trusted projects, which may be opened from
 * every side. Undefined: no such side.
 */
export async function observeLaunches(
  system: System,
  input: PlanInput,
  { isOwn, isNarrowed }: Pick<LaunchesFacts, 'isOwn' | 'isNarrowed'>,
): Promise<PlanInput['launches']> {
  const places = input.world.environments.flatMap((side) => (side.id === input.home.id ? [] : (placeOn(input, side) ?? [])))
  if (places.length === 0) return undefined
  const trusted = await trustedProjects(system, input)
  const files = await Promise.all(
    places.map(async ({ side, file, shown, folder }) => {
      const text = await textOf(system, file)
      const projects = trusted === null ? null : new Secret(projectsOn(input.world, input.home, side, reveal(trusted)))
      return { side, file: shown, text, hasFolder: text !== null || (await hasFolder(system, folder)), projects }
    }),
  )
  return { files, clients, isOwn, isNarrowed, plan: planLaunches }
}

/**
 * Writes `launches.json` on every other side: the servers that a client there starts by `run`, with their keys and no
 * others. Reads again first, since keys may have been stored since the plan was made.
 */
export async function writeLaunches(
  system: System,
  input: PlanInput,
  launches: Plan['launches'],
  entries: readonly EntryStep[] = [],
): Promise<Step[]> {
  const seen = await observeLaunches(system, input, input.launches ?? { isOwn: true, isNarrowed: false })
  if (seen === undefined) return []
  const steps: Step[] = []
  for (const plan of planLaunches({ ...input, launches: seen }, launches, entries)) {
    const place = placeOn(input, plan.side)
    if (place === null) continue
    const step = await carryOut(system, place, plan)
    if (!plan.isTold || step.outcome !== 'done') steps.push(step)
  }
  return steps
}

async function carryOut(system: System, place: LaunchesPlace, { step, text }: LaunchesPlan): Promise<Step> {
  try {
    if (await write(system, place, reveal(text))) return endStep(step, 'done')
    return refused(
      step,
      'its mode cannot be set from here, so others could read the keys in it',
      'check that wsl.exe works, then: mcp-twin sync',
    )
  } catch (error) {
    if (!isTrouble(error)) throw error
    const { kind, reason, hint = 'fix that, then: mcp-twin sync' } = wordsOf(error, place.shown)
    return kind === 'refused' ? refused(step, reason, hint) : endStep(step, 'failed', reason, hint)
  }
}

const refused = (step: Step, reason: string, hint: string): Step => ({
  ...endStep(step, 'refused', reason, hint),
  kind: 'refuse',
  change: 'none',
})

interface LaunchesPlace {
  readonly side: Environment
  /** As its side spells it. */
  readonly shown: NativePath
  readonly file: ReachablePath
  readonly folder: ReachablePath
}

function placeOn({ render }: PlanInput, side: Environment): LaunchesPlace | null {
  const folder = render.folders(side.id)
  return folder === null ? null : launchesOn(side, folder)
}

/** Returns the `launches.json` of a side; null: its files cannot be reached from here. */
export function launchesOn(side: Environment, folder: NativePath): LaunchesPlace | null {
  const shown = layout(side, folder).launches
  const [file, here] = [toHere(side, shown), toHere(side, folder)]
  return file === null || here === null ? null : { side, shown, file, folder: here }
}

/** Returns the file's text; empty if it may not or cannot be used, and so is replaced. */
async function textOf(system: System, file: ReachablePath): Promise<Secret<string> | null> {
  try {
    if (!(await checkOwnerOnly(system, file))) return null
    return new Secret(Buffer.from((await system.files.read(file)) ?? []).toString('utf8'))
  } catch (error) {
    if (error instanceof TwinError || isTrouble(error)) return new Secret('')
    throw error
  }
}

/** A trusted project with the values of its keys. */
export interface KeyedProject extends Pick<TrustedProject, 'manifest' | 'lock'> {
  /** As home spells it. */
  readonly place: NativePath
  readonly keys: Readonly<Record<string, string>>
}

/** Returns the trusted projects with their keys; null: unknown. */
async function trustedProjects(system: System, input: PlanInput): Promise<Secret<readonly KeyedProject[]> | null> {
  const folder = input.render.folders(input.home.id)
  const here = folder === null ? null : toHere(input.home, folder)
  try {
    return new Secret(here === null ? [] : await keyedProjects(system, here, input.manifest))
  } catch (error) {
    if (error instanceof TwinError || isTrouble(error)) return null
    throw error
  }
}

/** Returns the trusted projects with their keys. */
export async function keyedProjects(system: System, homeFolder: ReachablePath, manifest: PlanInput['manifest']): Promise<KeyedProject[]> {
  const { projects } = await readTrust(system, homeFolder)
  const secrets = openSecrets(system, homeFolder, manifest)
  const found: KeyedProject[] = []
  for (const [place, { manifest: digest, lock, keys }] of Object.entries(projects)) {
    const values: Record<string, string> = {}
    for (const name of keys) {
      const key = await secrets.get(name)
      if (key !== null) values[name] = reveal(key)
    }
    found.push({ place: native(place), manifest: digest, lock, keys: values })
  }
  return found
}

/** Returns the projects that a side can reach, by its own spelling of their paths. */
export const projectsOn = (world: World, home: Environment, side: Environment, projects: readonly KeyedProject[]): Launches['projects'] =>
  Object.fromEntries(
    projects.flatMap(({ place, manifest, lock, keys }) => {
      const there = translate(world, place, home, side)
      return there === null ? [] : [[there, { manifest, lock, keys: { ...keys } }] as const]
    }),
  )

async function hasFolder(system: System, folder: ReachablePath): Promise<boolean> {
  try {
    return (await system.files.look(folder, 'follow'))?.kind === 'directory'
  } catch (error) {
    if (isTrouble(error)) return false
    throw error
  }
}

/** Writes the trusted projects into the `launches.json` of another side that has a folder of ours. False: it could not be written. */
export async function shareProjects(system: System, place: LaunchesPlace, projects: Launches['projects']): Promise<boolean> {
  if (!(await hasFolder(system, place.folder))) return true
  const text = await textOf(system, place.file)
  const next = textFor({ ...launchesIn(text === null ? null : reveal(text)), projects })
  const isEmpty = text === null && Object.keys(projects).length === 0
  return isEmpty || (text !== null && reveal(text) === next) || write(system, place, next)
}

/** Returns false where the folder cannot be made private: nothing is written then. */
async function write(system: System, { side, file, folder }: LaunchesPlace, text: string): Promise<boolean> {
  await system.files.makeDirectory(folder, 0o700)
  // The folder first, so that no other user can read the keys at any moment.
  if (!(await ownerOnly(system, side, [folder]))) return false
  await system.files.replace(file, Buffer.from(text, 'utf8'), 0o600)
  await ownerOnly(system, side, [file])
  return true
}
