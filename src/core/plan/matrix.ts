import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { lookUp } from '../lookup.ts'
import { serverKind } from '../manifest/rules.ts'
import type { LaunchesPlan } from './input.ts'
import type { Plan, PlannedFile } from './plan.ts'

export type CellState = 'in sync' | 'differs' | 'missing' | 'unmanaged' | 'off' | 'not here'

/** What one client's file says of one server. */
interface Cell {
  readonly environment: string
  readonly client: string
  readonly state: CellState
}

interface Row {
  readonly name: string
  readonly kind: string
  readonly version: string | null
  readonly cells: readonly Cell[]
}

export interface Matrix {
  readonly servers: readonly Row[]
  readonly unmanaged: readonly { readonly environment: string; readonly client: string; readonly server: string }[]
}

function stateOf(file: PlannedFile, server: string, disabled: boolean, stale: readonly LaunchesPlan[] = []): CellState {
  const entry = file.plan.entries.find((each) => each.step.server === server)
  const wanted = file.desired.wanted.find((each) => each.server === server)
  const blocked = file.desired.blocked.some((each) => each.server === server)
  if (wanted === undefined && !blocked)
    return entry === undefined || entry.step.change === 'none' ? (disabled ? 'off' : 'not here') : 'differs'
  if (file.plan.refusal !== null) return 'differs'
  if (blocked) return file.plan.present.has(server) ? 'differs' : 'missing'
  if (entry === undefined || entry.step.change === 'adopt') {
    // What it says is right, but what it starts is not.
    const isStale = stale.some(({ side, servers }) => wanted?.launches?.includes(side.id) === true && servers.includes(server))
    return isStale ? 'differs' : 'in sync'
  }
  if (entry.step.kind === 'refuse') return wanted !== undefined && file.plan.present.has(wanted.name) ? 'differs' : 'missing'
  return entry.step.change === 'add' ? 'missing' : 'differs'
}

/** Servers × client files, as the plan sees them. */
export function matrixOf(plan: Plan, manifest: Manifest, lock: Lock): Matrix {
  const servers = Object.entries(manifest.servers).map(([name, spec]): Row => {
    const cells = plan.files.map((file) => ({
      environment: file.plan.environment,
      client: file.plan.client,
      state: stateOf(file, name, spec.disabled === true, plan.launchFiles),
    }))
    return {
      name,
      kind: serverKind(spec),
      version: (spec.package === undefined ? undefined : lookUp(lock.packages, spec.package)?.version) ?? null,
      cells,
    }
  })
  const cells = plan.files.map((file) => ({
    environment: file.plan.environment,
    client: file.plan.client,
    state: stateOf(file, BRIDGE, manifest.bridge?.enabled === false),
  }))
  if (cells.some((cell) => cell.state !== 'off' && cell.state !== 'not here'))
    servers.unshift({ name: BRIDGE, kind: 'bridge', version: null, cells })
  const unmanaged = plan.files.flatMap((file) =>
    file.plan.unmanaged.map((server) => ({ environment: file.plan.environment, client: file.plan.client, server })),
  )
  return { servers, unmanaged }
}

/** Entries of ours that the manifest no longer has; the next sync removes them. */
export const leftoverOf = (plan: Plan): { environment: string; client: string; server: string }[] =>
  plan.files.flatMap(({ plan: { environment, client, entries } }) =>
    entries.flatMap(({ step }) =>
      step.kind === 'remove' && step.change === 'remove' ? [{ environment, client, server: step.server ?? '' }] : [],
    ),
  )

/** One file a client and side: a file that it had before is no column of its own. */
export const ofOneFileEach = (files: readonly PlannedFile[]): PlannedFile[] =>
  files.filter(({ observed, plan }) => {
    const isIts = (other: PlannedFile) => other.plan.environment === plan.environment && other.plan.client === plan.client
    return observed.unused !== true || !files.some((other) => isIts(other) && other.observed.unused !== true)
  })
