import { trustCommand } from '../../core/trust/digests.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { makePlan, type PlanInput, type PlannedFile } from '../../core/plan/plan.ts'
import type { Step } from '../../model/plan.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { type Situation, usersOwn } from '../manifest/open.ts'
import { openSecrets } from '../store/secrets.ts'
import { type Checked, checkServers, type Untried } from './checks.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import { isTrustedProject } from './trust-review.ts'

/** Where an entry was written, and the server that it is for. */
const keyOf = (environment: string, client: string | null, file: string | null, server: string | null): string =>
  JSON.stringify([environment, client, file, server])

/** Whether a run has written this entry: it was not there, or said something else. */
export const isChanged = ({ kind, change, outcome }: Step): boolean =>
  kind === 'write' && outcome === 'done' && (change === 'add' || change === 'update')

/**
 * Tries each server whose entry a run has changed, once on each side, as its client starts it. `steps` are those of the run;
 * `situation` is the state now.
 */
export async function tryChanged(
  system: System,
  situation: Situation,
  steps: readonly Step[],
  options: SyncOptions,
  told: (left: number) => void,
): Promise<Checked> {
  const changed = new Set(steps.filter(isChanged).map((step) => keyOf(step.environment, step.client, step.file, step.server)))
  if (changed.size === 0) return { checks: [], untried: [] }
  const { input } = await prepare(system, situation, { ...options, clients: [], on: [], resolve: false, refresh: false })
  const files = makePlan(input).files.map((file) =>
    withServers(file, ({ server }) => {
      const { environment, client, file: path } = file.observed
      return changed.has(keyOf(environment.id, client.id, path, server))
    }),
  )
  return tryFiles(system, situation, input, files, options, told)
}

/**
 * Tries what the configs hold of these servers, or of all, once on each side, as its client starts it. An entry that is not there,
 * or does not say what the manifest says, is left out: what starts would not be what a client starts.
 */
export async function tryWritten(
  system: System,
  situation: Situation,
  servers: ReadonlySet<string> | null,
  options: SyncOptions,
  told: (left: number) => void,
): Promise<Checked> {
  const { input } = await prepare(system, situation, { ...options, resolve: false, refresh: false })
  const asked = makePlan(input).files.map((file) => withServers(file, ({ server }) => servers === null || servers.has(server)))
  const files = asked.map((file) => withServers(file, (wanted) => isWritten(file, wanted)))
  const checked = await tryFiles(system, situation, input, files, options, told)
  const others = asked.flatMap(({ observed: { environment, client }, desired }, at) =>
    desired.wanted
      .filter((wanted) => !files[at]?.desired.wanted.includes(wanted))
      .map(
        ({ server }): Untried => ({
          server,
          environment: environment.id,
          client: client.id,
          reason: UNWRITTEN,
          hint: `mcp-twin diff ${server}`,
        }),
      ),
  )
  return { checks: checked.checks, untried: [...others, ...checked.untried] }
}

type Wanted = PlannedFile['desired']['wanted'][number]

/** Why an entry is not tried that a client would not start as the manifest says. */
export const UNWRITTEN = 'its entry is not there, or says something else than the manifest'

function isWritten({ plan }: PlannedFile, { name }: Wanted): boolean {
  const step = [...plan.entries, ...(plan.withheld ?? [])].find(({ entryName }) => entryName === name)?.step
  return plan.present.has(name) && (step === undefined || step.change === 'adopt')
}

/** Tries the servers that these files want. Those of a project that is not trusted as it is, or that lack a key, are left out. */
export async function tryFiles(
  system: System,
  situation: Situation,
  input: PlanInput,
  files: readonly PlannedFile[],
  options: SyncOptions,
  told: (left: number) => void,
): Promise<Checked> {
  const hide = (value: string | Secret): void => options.hide(typeof value === 'string' ? new Secret(value) : value)
  const blocked = await blockedServers(system, situation, serversIn(files), hide)
  const tried = files.map((file) => withServers(file, ({ server }) => !blocked.has(server)))
  const { project } = situation.place
  const listen = options.listen === undefined ? {} : { listen: options.listen }
  const checked = await checkServers(system, input, tried, { signal: options.signal, project, hide, told, ...listen })
  const untried = files.flatMap(({ observed, desired }) =>
    desired.wanted.flatMap(({ server }): Untried[] => {
      const why = blocked.get(server)
      return why === undefined ? [] : [{ server, environment: observed.environment.id, client: observed.client.id, ...why }]
    }),
  )
  return { checks: checked.checks, untried: [...untried, ...checked.untried] }
}

export const withServers = (file: PlannedFile, keeps: (wanted: Wanted) => boolean): PlannedFile => ({
  ...file,
  desired: { ...file.desired, wanted: file.desired.wanted.filter(keeps) },
})

const serversIn = (files: readonly PlannedFile[]): string[] => [
  ...new Set(files.flatMap(({ desired }) => desired.wanted.map(({ server }) => server))),
]

/** Servers that may not or cannot be started, and why. A user's own entry that lacks a key is not written in the first place. */
async function blockedServers(
  system: System,
  situation: Situation,
  servers: readonly string[],
  hide: (value: Secret) => void,
): Promise<Map<string, Pick<Untried, 'reason' | 'hint'>>> {
  const { place, home, manifest } = situation
  if (place.project === null) return new Map()
  if (!(await isTrustedProject(system, situation))) {
    const why = { reason: 'this project is not trusted as it is', hint: trustCommand(place.project) }
    return new Map(servers.map((server) => [server, why]))
  }
  const store = openSecrets(system, home.here, await usersOwn(system, home), home.environment.id)
  const blocked = new Map<string, Pick<Untried, 'reason' | 'hint'>>()
  for (const server of servers) {
    for (const name of keysOf(manifest.servers[server] ?? {})) {
      const value = await store.get(name)
      if (value === null) blocked.set(server, { reason: `the key ${name} is not stored yet`, hint: `mcp-twin secret set ${name}` })
      else hide(value)
    }
  }
  return blocked
}
