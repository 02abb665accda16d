import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { LoginState } from '../../model/login.ts'
import type { FilePlan, Step } from '../../model/plan.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { lookUp } from '../lookup.ts'
import { wordsIn } from '../manifest/names.ts'
import { serverKind } from '../manifest/rules.ts'
import type { LaunchesPlan } from './input.ts'
import type { Plan, PlannedFile } from './plan.ts'

export type CellState =
  | 'in sync'
  | 'differs'
  | 'missing'
  | 'unmanaged'
  | 'off'
  | 'not here'
  | 'shared'
  | 'needs key'
  | 'file is read-only'
  | 'file is not writable'
  | 'file is broken'

/** The state of one server in one client's file. */
interface Cell {
  readonly environment: string
  readonly client: string
  readonly state: CellState
  /** What helps: a command, or a sentence where there is none. Absent: nothing needs to be done. */
  readonly hint?: string
}

interface Row {
  readonly name: string
  readonly kind: string
  readonly version: string | null
  readonly cells: readonly Cell[]
  /** Of a server with "auth": whether home is logged in to it. */
  readonly login?: LoginState
}

export interface Matrix {
  readonly servers: readonly Row[]
  readonly unmanaged: readonly {
    readonly environment: string
    readonly client: string
    readonly server: string
    readonly reason?: string
    readonly ignored?: true
  }[]
}

/** The state of a cell and its hint. */
type Judged = Pick<Cell, 'state' | 'hint'>

const SYNC = 'mcp-twin sync'

function judge(file: PlannedFile, server: string, disabled: boolean, stale: readonly LaunchesPlan[] = []): Judged {
  const { plan, desired } = file
  const entry = (plan.withheld ?? plan.entries).find((each) => each.step.server === server)
  const wanted = desired.wanted.find((each) => each.server === server)
  const blocked = desired.blocked.find((each) => each.server === server)
  if (wanted === undefined && blocked === undefined && (entry === undefined || entry.step.change === 'none'))
    return { state: disabled ? 'off' : desired.shared?.has(server) === true ? 'shared' : 'not here' }
  const present = plan.present.has(wanted?.name ?? server)
  if (blocked !== undefined)
    return {
      state: blocked.needsKey ? 'needs key' : present ? 'differs' : 'missing',
      ...firstOf(blocked.step.hint),
    }
  if (plan.refusal !== null && (plan.withheld === undefined || (entry !== undefined && entry.step.change !== 'adopt')))
    return { state: fileState(plan), ...(plan.refusal.hint === null ? {} : { hint: plan.refusal.hint }) }
  if (entry === undefined || entry.step.change === 'adopt') {
    // What it says is right, but what it starts is not.
    const isStale = stale.some(({ side, servers }) => wanted?.launches?.includes(side.id) === true && servers.includes(server))
    return isStale ? { state: 'differs', hint: SYNC } : { state: 'in sync' }
  }
  if (entry.step.kind === 'refuse') return { state: present ? 'differs' : 'missing', ...firstOf(entry.step.hint) }
  return { state: entry.step.change === 'add' ? 'missing' : 'differs', hint: SYNC }
}

/** Keeps the first of several hints. */
const firstOf = (hint: string | null): Pick<Cell, 'hint'> => (hint === null ? {} : { hint: hint.split('; ')[0] ?? hint })

const fileState = ({ isReadOnly, withheld }: FilePlan): CellState =>
  isReadOnly ? 'file is read-only' : withheld === undefined ? 'file is broken' : 'file is not writable'

/** Servers × client files, as the plan sees them. `unmanaged`: the entries that no manifest has. */
export function matrixOf(plan: Plan, manifest: Manifest, lock: Lock, unmanaged: Matrix['unmanaged']): Matrix {
  const servers = Object.entries(manifest.servers).map(([name, spec]): Row => {
    const cells = plan.files.map((file) => ({
      environment: file.plan.environment,
      client: file.plan.client,
      ...judge(file, name, spec.disabled === true, plan.launchFiles),
    }))
    return {
      name,
      kind: serverKind(spec),
      version: lookUp(lock.packages, wordsIn(spec) ?? '')?.version ?? null,
      cells,
    }
  })
  const cells = plan.files.map((file) => ({
    environment: file.plan.environment,
    client: file.plan.client,
    ...judge(file, BRIDGE, manifest.bridge?.enabled === false),
  }))
  if (cells.some((cell) => cell.state !== 'off' && cell.state !== 'not here'))
    servers.unshift({ name: BRIDGE, kind: 'bridge', version: null, cells })
  return { servers, unmanaged }
}

/** Everything that a sync would refuse: what waits for a key, edited entries, files that cannot be read or written. */
export const refusalsOf = (plan: Plan): Step[] => [
  ...plan.blocked,
  ...plan.files.flatMap(({ plan: { refusal, entries } }) =>
    refusal === null ? entries.flatMap(({ step }) => (step.kind === 'refuse' ? [step] : [])) : [refusal],
  ),
]

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
