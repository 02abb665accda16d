import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { FilePlan, Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import { clientName } from '../launch/name.ts'
import { type RenderContext, renderEntry } from '../launch/render.ts'
import { canRun, environmentLabel } from '../participants.ts'
import { type Held, planFile, type Wanted } from './file.ts'
import { makeStep } from './step.ts'

/** One client file as it was seen. */
export interface ObservedFile {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly scope: 'user' | 'project'
  readonly file: NativePath
  readonly bytes: Uint8Array | null
  /** Left alone whatever stands in it, and why. */
  readonly refusal?: { readonly reason: string; readonly hint: string }
}

export interface Why {
  readonly reason: string
  readonly hint: string
}

/** All that the plan is made from. Nothing in it is looked up later. */
export interface PlanInput {
  readonly world: World
  readonly home: Environment
  readonly manifest: Manifest
  readonly files: readonly ObservedFile[]
  readonly state: State
  /** What rendering needs besides the file: lock, keys, folders, variables. */
  readonly render: RenderContext
  /** Is this package whole on that side? */
  isInstalled(environment: string, words: string): boolean
  /** Why a package cannot be had: it was not resolved, or its installation failed on that side. */
  unavailable(environment: string, words: string): Why | null
  /** Sides whose copy of this program is not this very code. */
  readonly outdatedSelf: ReadonlySet<string>
  /** Put this program on every side that can be reached, even where no entry names it yet (init). */
  readonly selfEverywhere: boolean
  readonly force: boolean
  readonly prune: boolean
}

/** A package that is to be installed on one side. */
export interface InstallStep {
  readonly step: Step
  readonly environment: string
  readonly words: string
  readonly locked: LockedPackage
  readonly allowScripts: boolean
}

export interface Plan {
  readonly installs: readonly InstallStep[]
  /** Sides that get this program's own copy. */
  readonly self: readonly Step[]
  readonly files: readonly PlannedFile[]
  /** Servers that cannot be written into a file now. */
  readonly held: readonly Step[]
  /** Servers that `run` must be able to start on a side: environment id → names. */
  readonly launches: ReadonlyMap<string, ReadonlySet<string>>
  readonly notices: readonly string[]
}

/** One file with what belongs into it, so that its plan can be made again from bytes that changed meanwhile. */
export interface PlannedFile {
  readonly observed: ObservedFile
  readonly wishes: Wishes
  readonly plan: FilePlan
}

interface Gathered {
  readonly installs: Map<string, InstallStep>
  readonly self: Set<string>
  readonly launches: Map<string, Set<string>>
  readonly notices: Set<string>
}

/** The plan: what is to happen so that every file says what the manifest wants. A pure function of what was seen. */
export function makePlan(input: PlanInput): Plan {
  const gathered: Gathered = { installs: new Map(), self: new Set(), launches: new Map(), notices: new Set() }
  const files: PlannedFile[] = []
  const held: Step[] = []
  for (const observed of input.files) {
    const wishes = wishesFor(input, observed, gathered)
    held.push(...wishes.held.map((each) => each.step))
    files.push({ observed, wishes, plan: planOne(input, observed, wishes) })
  }
  if (input.selfEverywhere) for (const each of input.world.environments) if (input.render.folders(each.id) !== null) gathered.self.add(each.id)
  const self = [...gathered.self]
    .filter((id) => input.outdatedSelf.has(id))
    .map((environment) => makeStep({ kind: 'install', environment, change: 'add', reason: 'mcp-twin itself' }))
  return { installs: [...gathered.installs.values()], self, files, held, launches: gathered.launches, notices: [...gathered.notices] }
}

/** The entries that the manifest wants in one file, and the servers that cannot be written there now. */
export interface Wishes {
  readonly wanted: readonly Wanted[]
  readonly held: readonly Held[]
}

function wishesFor(input: PlanInput, observed: ObservedFile, gathered: Gathered): Wishes {
  const wanted: Wanted[] = []
  const held: Held[] = []
  const names = Object.keys(input.manifest.servers)
  for (const [server, spec] of Object.entries(input.manifest.servers)) {
    const name = clientName(observed.client, server, names)
    const wish = wishFor(input, observed, server, spec, name, gathered)
    if (wish === null) continue
    if ('step' in wish) held.push(wish)
    else {
      wanted.push(wish)
      if (name !== server) gathered.notices.add(`${observed.client.label} does not take the name "${server}": it is "${name}" there`)
    }
  }
  return { wanted, held }
}

function wishFor(input: PlanInput, observed: ObservedFile, server: string, spec: ServerSpec, name: string, gathered: Gathered): Wanted | Held | null {
  const { client, environment, scope, file } = observed
  const rendered = renderEntry({ ...input.render, name: server, entryName: name, server: spec, client, environment, scope })
  if (rendered.kind === 'none') return null
  const refuse = ({ reason, hint }: Why): Held => ({ server, step: makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, server, reason, hint }) })
  if (rendered.kind === 'refuse') return refuse(rendered)
  for (const need of rendered.packages) {
    const why = packageTrouble(input, need.environment, need.words)
    if (why !== null) return refuse(why)
    addInstall(input, need.environment, need.words, server, spec, gathered)
  }
  for (const id of rendered.launcher) gathered.self.add(id)
  for (const id of rendered.launches) gathered.launches.set(id, (gathered.launches.get(id) ?? new Set()).add(server))
  for (const notice of rendered.notices) gathered.notices.add(notice)
  return { server, name, value: rendered.value, owned: rendered.owned, holdsKey: rendered.holdsKey }
}

function packageTrouble(input: PlanInput, id: string, words: string): Why | null {
  const why = input.unavailable(id, words)
  if (why !== null) return why
  const side = input.world.environments.find((each) => each.id === id)
  if (side === undefined || input.isInstalled(id, words) || (canRun(side) && side.node !== undefined && side.npm !== undefined)) return null
  const missing = side.node === undefined ? 'there is no node there' : side.npm === undefined ? 'there is no npm there' : 'its programs cannot be started from here'
  return side.trouble ?? { reason: `${words} cannot be installed on ${environmentLabel(side)}: ${missing}`, hint: `mend that, then: mcp-twin sync --on ${id}` }
}

function addInstall(input: PlanInput, environment: string, words: string, server: string, spec: ServerSpec, gathered: Gathered): void {
  const locked = input.render.lock.packages[words]
  const key = `${environment} ${words}`
  if (locked === undefined || gathered.installs.has(key) || input.isInstalled(environment, words)) return
  const step = makeStep({ kind: 'install', environment, server, change: 'add', reason: `${locked.name} ${locked.version}` })
  gathered.installs.set(key, { step, environment, words, locked, allowScripts: spec.allowScripts === true })
}

/** The plan of one file, from bytes that may have changed since it was first seen. */
export function planOne(input: PlanInput, observed: ObservedFile, wishes: Wishes, bytes: Uint8Array | null = observed.bytes): FilePlan {
  const { environment, client, file, refusal } = observed
  if (refusal !== undefined) {
    const step = makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, ...refusal })
    return { environment: environment.id, client: client.id, file, entries: [], refusal: step, notices: [], unmanaged: [], present: new Set() }
  }
  const state = input.state.files[environment.id]?.[client.id]?.[file] ?? { entries: {} }
  return planFile({ environment: environment.id, client, file, bytes, ...wishes, state, force: input.force, prune: input.prune })
}
