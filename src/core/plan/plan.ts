import type { FilePlan, Step } from '../../model/plan.ts'
import { digest, digester } from '../launch/meaning.ts'
import { planFile } from './file.ts'
import type { InstallStep, LaunchesPlan, ObservedFile, PlanInput } from './input.ts'
import { recordOf } from './records.ts'
import { makeStep } from './step.ts'
import { type DesiredEntries, desiredEntries, nothing } from './desired.ts'

export { type InstallStep, type ObservedFile, type PlanInput, startSide, type Why } from './input.ts'

export interface Plan {
  readonly installs: readonly InstallStep[]
  /** Sides that get this program's own copy. */
  readonly self: readonly Step[]
  readonly files: readonly PlannedFile[]
  /** Servers that cannot be written into a file now. */
  readonly blocked: readonly Step[]
  /** Servers that `run` must be able to start on a side: environment id → names. */
  readonly launches: ReadonlyMap<string, ReadonlySet<string>>
  /** Sides whose `launches.json` says something else than it should. */
  readonly launchFiles?: readonly LaunchesPlan[]
  readonly notices: readonly string[]
}

/** One file with what belongs into it, so that its plan can be made again from bytes that changed meanwhile. */
export interface PlannedFile {
  readonly observed: ObservedFile
  readonly desired: DesiredEntries
  readonly plan: FilePlan
}

/** The plan: what is to happen so that every file says what the manifest wants. A pure function of what was seen. */
export function makePlan(input: PlanInput): Plan {
  const gathered = nothing()
  const files: PlannedFile[] = []
  const digestOf = digester()
  const blocked: Step[] = []
  for (const observed of input.files) {
    const desired = desiredEntries(input, observed, gathered)
    blocked.push(...desired.blocked.filter(({ server }) => input.only?.has(server) !== false).map((each) => each.step))
    const plan = planOne(input, observed, desired, observed.bytes, digestOf)
    files.push({ observed, desired, plan })
    for (const { step } of plan.entries)
      if (step.kind === 'remove' && step.change === 'remove' && step.server !== null && desired.shared?.has(step.server) === true)
        gathered.notices.add(
          `${step.server} is reached through the bridge now: its tools are called ${step.server}__…, and permission rules such as mcp__${step.server}__* must become mcp__mcp-twin__${step.server}__*`,
        )
  }
  // What is typed on another side is handed over to home's program, so it must be there too.
  if ([...gathered.self].some((id) => id !== input.home.id)) gathered.self.add(input.home.id)
  if (input.selfEverywhere)
    for (const each of input.world.environments) if (input.render.folders(each.id) !== null) gathered.self.add(each.id)
  const self = [...gathered.self]
    .filter((id) => input.outdatedSelf.has(id))
    .map((environment) => makeStep({ kind: 'install', environment, change: 'add', reason: 'mcp-twin itself' }))
  const launchFiles = input.launches?.plan(
    input,
    gathered.launches,
    files.flatMap(({ plan }) => plan.entries),
  )
  return {
    installs: [...gathered.installs.values()],
    ...{ self, files, blocked, launches: gathered.launches },
    ...(launchFiles === undefined ? {} : { launchFiles }),
    notices: [...gathered.notices],
  }
}

/** The plan of one file, from bytes that may have changed since it was first seen. */
export function planOne(
  input: PlanInput,
  observed: ObservedFile,
  desired: DesiredEntries,
  bytes: Uint8Array | null = observed.bytes,
  digestOf = digest,
): FilePlan {
  const { environment, client, file, refusal } = observed
  if (refusal !== undefined) {
    const step = makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, ...refusal })
    return {
      environment: environment.id,
      client: client.id,
      file,
      entries: [],
      refusal: step,
      notices: [],
      unmanaged: [],
      present: new Set(),
    }
  }
  const isNew = observed.fallbackFile !== undefined && bytes === observed.bytes
  const state = recordOf(input.state, { environment: environment.id, client: client.id, file: isNew ? observed.fallbackFile : file })
  const prune = input.prune && observed.unused !== true
  const whole = planFile({
    environment: environment.id,
    client,
    file,
    bytes,
    isNew,
    ...desired,
    state,
    force: input.force,
    prune,
    ignored: input.state.ignored,
    digestOf,
  })
  const plan = input.only === undefined ? whole : onlyAbout(input.only, whole)
  if (observed.unfit !== undefined && plan.entries.some((each) => each.change !== null)) {
    const { reason, hint } = observed.unfit
    const step = makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, reason, hint })
    const isReadOnly = observed.unfit.isReadOnly === true ? { isReadOnly: true as const } : {}
    return { ...plan, entries: [], refusal: step, withheld: plan.entries, ...isReadOnly }
  }
  return observed.unused ? { ...plan, unmanaged: [] } : plan
}

/** The part of a plan that is about these servers. A file that is refused is refused for each of them. */
const onlyAbout = (servers: ReadonlySet<string>, plan: FilePlan): FilePlan => ({
  ...plan,
  entries: plan.entries.filter(({ step, entryName }) => servers.has(step.server ?? entryName)),
  unmanaged: plan.unmanaged.filter((name) => servers.has(name)),
})
