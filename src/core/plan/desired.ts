import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { renderBridge } from '../launch/launcher.ts'
import { clientName, renderEntry } from '../launch/render.ts'
import { GET_NPM, resolveServer } from '../launch/resolve.ts'
import { lookUp } from '../lookup.ts'
import { canRun, environmentLabel } from '../participants.ts'
import { isPython } from '../packages/python.ts'
import { foreignPath, insidePaths } from '../paths.ts'
import { runSide, serverOn } from '../launch/side.ts'
import type { Blocked, WantedEntry } from './facts.ts'
import { type InstallStep, type ObservedFile, type PlanInput, startSide, type Why } from './input.ts'
import { isShared } from './sharing.ts'
import { makeStep } from './step.ts'

/** Collects, while the files are planned one by one, what concerns all of them. */
export interface Gathered {
  readonly installs: Map<string, InstallStep>
  readonly self: Set<string>
  readonly launches: Map<string, Set<string>>
  readonly notices: Set<string>
}

/** For servers that a run is not about: what they need is not seen to. */
export const nothing = (): Gathered => ({ installs: new Map(), self: new Set(), launches: new Map(), notices: new Set() })

/** The entries that the manifest wants in one file, and the servers that cannot be written there now. */
export interface DesiredEntries {
  readonly wanted: readonly WantedEntry[]
  readonly blocked: readonly Blocked[]
  /** Servers that its client reaches through the bridge. */
  readonly shared?: ReadonlySet<string>
}

/** Renders every server of the manifest for one file. What it needs besides is put into `gathered`. */
export function desiredEntries(input: PlanInput, observed: ObservedFile, all: Gathered): DesiredEntries {
  const wanted: WantedEntry[] = []
  const blocked: Blocked[] = []
  if (observed.unused) return { wanted, blocked }
  const shared = new Set<string>()
  const bridge = bridgeFor(input, observed, input.only?.has(BRIDGE) === false ? nothing() : all)
  const names = Object.keys(input.manifest.servers)
  for (const [server, spec] of Object.entries(input.manifest.servers)) {
    const gathered = input.only?.has(server) === false ? nothing() : all
    if (bridge !== null && !('step' in bridge) && isShared(input.render, spec)) {
      shared.add(server)
      const trouble = sharedTrouble(input, observed, server, spec, gathered)
      if (trouble !== null) blocked.push(trouble)
      continue
    }
    const name = clientName(observed.client, server, names)
    const entry = desiredEntry(input, observed, server, spec, name, gathered)
    if (entry === null) continue
    if ('step' in entry) blocked.push(entry)
    else {
      wanted.push(entry)
      if (name !== server) gathered.notices.add(`${observed.client.label} does not take the name "${server}": it is "${name}" there`)
    }
  }
  if (bridge !== null && 'step' in bridge) blocked.push(bridge)
  else if (bridge !== null) wanted.push(bridge)
  return { wanted, blocked, shared }
}

/** Gathers the packages of a shared server at home, where the bridge starts it. Returns why it cannot be started there; null: it can. */
function sharedTrouble(input: PlanInput, observed: ObservedFile, server: string, spec: ServerSpec, gathered: Gathered): Blocked | null {
  const { client, environment, file } = observed
  const refuse = ({ reason, hint }: Why, needsKey?: true): Blocked => ({
    server,
    step: makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, server, reason, hint }),
    ...(needsKey === true ? { needsKey } : {}),
  })
  const resolved = resolveServer({ ...input.render, name: server, server: spec, client, environment: input.home, scope: 'user' })
  if (resolved.kind === 'refuse') return refuse(resolved, resolved.needsKey)
  if (resolved.kind !== 'resolved') return null
  for (const need of resolved.packages) {
    const why = packageTrouble(input, need.environment, need.words)
    if (why !== null) return refuse(why)
    addInstall(input, need.environment, need.words, server, spec, gathered)
  }
  return null
}

/** The bridge has an entry in every user-scope file while it is switched on; it is no server of the manifest. */
function bridgeFor(input: PlanInput, observed: ObservedFile, gathered: Gathered): WantedEntry | Blocked | null {
  const { client, environment, scope, file } = observed
  if (scope !== 'user' || input.manifest.bridge?.enabled === false) return null
  const rendered = renderBridge({ ...input.render, client, environment: startSide(observed) })
  const why = rendered.kind === 'refuse' ? rendered : selfTrouble(input, rendered.launcher)
  if (why !== null) {
    const { reason, hint } = why
    return {
      server: BRIDGE,
      step: makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, server: BRIDGE, reason, hint }),
    }
  }
  if (rendered.kind === 'refuse') return null
  for (const id of rendered.launcher) gathered.self.add(id)
  return { server: BRIDGE, name: rendered.name, value: rendered.value, owned: rendered.owned, holdsKey: false }
}

function desiredEntry(
  input: PlanInput,
  observed: ObservedFile,
  server: string,
  spec: ServerSpec,
  name: string,
  gathered: Gathered,
): WantedEntry | Blocked | null {
  const { client, environment, scope, file } = observed
  const rendered = renderEntry({
    ...input.render,
    name: server,
    entryName: name,
    server: spec,
    client,
    environment: startSide(observed),
    scope,
  })
  if (rendered.kind === 'none') return null
  const refuse = ({ reason, hint }: Why): Blocked => ({
    server,
    step: makeStep({ kind: 'refuse', environment: environment.id, client: client.id, file, server, reason, hint }),
  })
  if (rendered.kind === 'refuse') return { ...refuse(rendered), ...(rendered.needsKey ? { needsKey: true } : {}) }
  for (const need of rendered.packages) {
    const why = packageTrouble(input, need.environment, need.words)
    if (why !== null) return refuse(why)
    addInstall(input, need.environment, need.words, server, spec, gathered)
  }
  const why = selfTrouble(input, rendered.launcher)
  if (why !== null) return refuse(why)
  for (const id of rendered.launcher) gathered.self.add(id)
  for (const id of rendered.launches) gathered.launches.set(id, (gathered.launches.get(id) ?? new Set()).add(server))
  for (const notice of [...rendered.notices, ...insideNotices(input, server, spec, startSide(observed))]) gathered.notices.add(notice)
  const { value, owned, holdsKey, launches } = rendered
  return { server, name, value, owned, holdsKey, keys: keyFields(spec), ...(launches.length === 0 ? {} : { launches }) }
}

/** Paths of another side within the words of a server: nobody spells these, since only their person knows how the program reads them. */
function insideNotices({ render: { world, home } }: PlanInput, name: string, spec: ServerSpec, environment: Environment): string[] {
  const runs = runSide(spec, environment, world, home)
  if (runs === null) return []
  return insidePaths(runs, serverOn(spec, runs), (text) => foreignPath(runs, text) !== null).map(
    ({ where, path }) =>
      `${name}: ${where} holds ${path}, which means nothing on ${environmentLabel(runs)}; write "\${path:${path}}" there, or say with "on" what differs there`,
  )
}

/** The variables and headers of a server whose value is a stored key. */
const keyFields = (spec: ServerSpec): ReadonlySet<string> =>
  new Set(
    [spec, ...Object.values(spec.on ?? {})].flatMap(({ env = {}, headers = {} }) =>
      Object.entries({ ...env, ...headers }).flatMap(([name, text]) => (text.includes('${secret:') ? [name] : [])),
    ),
  )

/** Why an entry that names our launcher cannot work: the program could not be put on that side. */
function selfTrouble(input: PlanInput, sides: Iterable<string>): Why | null {
  for (const id of sides) {
    const why = input.withoutSelf?.get(id)
    if (why !== undefined) return why
  }
  return null
}

function packageTrouble(input: PlanInput, id: string, words: string): Why | null {
  const why = input.unavailable(id, words)
  if (why !== null) return why
  const side = input.world.environments.find((each) => each.id === id)
  if (side === undefined || input.isInstalled(id, words)) return null
  // Whether there is uv is asked where it is needed, and answered by `unavailable`.
  if (canRun(side) && side.node !== undefined && (isPython(words) || side.npm !== undefined)) return null
  const missing =
    side.node === undefined
      ? 'there is no node there'
      : side.npm === undefined
        ? 'there is no npm there'
        : 'its programs cannot be started from here'
  return (
    side.trouble ?? {
      reason: `${words} cannot be installed on ${environmentLabel(side)}: ${missing}`,
      hint: `${side.node === undefined ? 'install Node.js 20 or newer there' : side.npm === undefined ? GET_NPM : 'fix that'}, then: mcp-twin sync --refresh`,
    }
  )
}

function addInstall(input: PlanInput, environment: string, words: string, server: string, spec: ServerSpec, gathered: Gathered): void {
  const locked = lookUp(input.render.lock.packages, words)
  const key = `${environment} ${words}`
  if (locked === undefined || gathered.installs.has(key) || input.isInstalled(environment, words)) return
  const step = makeStep({ kind: 'install', environment, server, change: 'add', reason: `${locked.name} ${locked.version}` })
  gathered.installs.set(key, { step, environment, words, locked, allowScripts: spec.allowScripts === true })
}
