import { makePlan, type Plan, type PlanInput, type PlannedFile } from '../../core/plan/plan.ts'
import { recordOf } from '../../core/plan/records.ts'
import { changesFor, lockAfter, type Move, withPackages } from '../../core/update/moves.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Step } from '../../model/plan.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { type Checked, checkServers } from './checks.ts'
import { applyInstalls } from './installs.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'

/** Why a package keeps its version. */
export interface Stays {
  readonly move: Move
  /** `refused`: it could not be written everywhere, so nothing was tried. */
  readonly outcome: 'refused' | 'failed' | 'put back'
  readonly environment: string
  readonly reason: string
  readonly hint: string | null
}

/** How a new version did on every side. */
export interface Trial extends Checked {
  readonly accepted: readonly Move[]
  readonly stays: readonly Stays[]
  readonly installs: readonly Step[]
  readonly notices: readonly string[]
}

const NOTHING = { checks: [], untried: [], stays: [] }

/** Servers started by `run` are tried as their packages are: `run` itself would still start the version of the lock. */
function direct(manifest: Manifest): Manifest {
  const next = structuredClone(manifest)
  if (next.launch === 'run') next.launch = 'direct'
  for (const spec of Object.values(next.servers))
    for (const part of [spec, ...Object.values(spec.on ?? {})]) if (part.launch === 'run') part.launch = 'direct'
  return next
}

/** Installs new versions beside the old ones and starts every server with them on every side, before any entry names them. */
export async function tryMoves(system: System, situation: Situation, moves: readonly Move[], options: SyncOptions): Promise<Trial> {
  const quiet = { ...options, resolve: false, refresh: false }
  const now = makePlan((await prepare(system, situation, quiet)).input)
  const manifest = direct(withPackages(situation.manifest, changesFor(situation.manifest, moves)))
  const { input } = await prepare(system, { ...situation, manifest, lock: lockAfter(situation.lock, moves) }, quiet)
  const plan = makePlan(input)
  const stays: Stays[] = moves.flatMap((move) => whyRefused(input, now, plan, move) ?? [])
  const open = () => moves.filter((move) => !stays.some((each) => each.move === move))

  const words = new Set(open().map(({ next }) => next))
  const installed = await applyInstalls(
    system,
    input,
    { ...plan, self: [], installs: plan.installs.filter((each) => words.has(each.words)) },
    options,
  )
  for (const move of open()) {
    const step = installed.steps.find((each) => each.outcome === 'failed' && isOf(plan, each, move))
    if (step === undefined) continue
    const { environment, reason, hint } = step
    stays.push({
      move,
      outcome: 'failed',
      environment,
      reason: `${move.to.name} ${move.to.version} could not be installed: ${reason ?? 'npm failed'}`,
      hint,
    })
  }
  options.signal.throwIfAborted()
  const tried = options.untried === true ? NOTHING : await tryServers(system, input, plan, open(), options)
  stays.push(...tried.stays)
  const { checks, untried } = tried
  return { accepted: open(), stays, installs: installed.steps, notices: installed.notices, checks, untried }
}

/** Does an install step belong to a move? */
const isOf = (plan: Plan, step: Step, move: Move): boolean =>
  plan.installs.some((each) => each.words === move.next && each.environment === step.environment && each.step.server === step.server)

/** A package that would move on one side and not on the other stays: an entry of it cannot be written, or a side is out of reach. */
function whyRefused(input: PlanInput, now: Plan, plan: Plan, move: Move): Stays | null {
  const servers = new Set(move.servers)
  const blockedNow = new Set(now.blocked.map(({ environment, client, server }) => `${environment} ${client} ${server}`))
  const refuse = ({ environment, reason, hint }: Step): Stays => ({
    move,
    outcome: 'refused',
    environment,
    reason: `${reason ?? 'it cannot be written there'}; both sides move together or not at all`,
    hint,
  })
  for (const step of plan.blocked)
    if (servers.has(step.server ?? '') && !blockedNow.has(`${step.environment} ${step.client} ${step.server}`)) return refuse(step)
  for (const file of plan.files) {
    const ours = Object.values(recordOf(input.state, file.plan).entries).some(({ server }) => servers.has(server))
    if (file.plan.refusal !== null && ours) return refuse(file.plan.refusal)
    const step = file.plan.entries.find((each) => each.step.kind === 'refuse' && servers.has(each.step.server ?? ''))?.step
    if (step !== undefined) return refuse(step)
  }
  return null
}

const isTriable = (file: PlannedFile): boolean => file.observed.scope === 'user'

async function tryServers(
  system: System,
  input: PlanInput,
  plan: Plan,
  moves: readonly Move[],
  options: SyncOptions,
): Promise<Checked & { readonly stays: readonly Stays[] }> {
  const servers = new Set(moves.flatMap((move) => move.servers))
  const files = plan.files
    .filter(isTriable)
    .map((file) => ({ ...file, desired: { ...file.desired, wanted: file.desired.wanted.filter(({ server }) => servers.has(server)) } }))
  const progress = options.progress('Trying the new versions')
  try {
    const { checks, untried } = await checkServers(system, input, files, {
      signal: options.signal,
      hide: (value) => options.hide(new Secret(value)),
      told: (left) => progress.update(`${left} to go`),
    })
    const stays = moves.flatMap((move): Stays[] => {
      const silent = checks.find((check) => !check.ok && move.servers.includes(check.server))
      if (silent === undefined) return []
      const last = silent.stderr === null ? '' : `: ${silent.stderr.split('\n').at(-1)}`
      const reason = `${move.to.name} ${move.to.version} does not answer (${silent.server}): ${silent.reason ?? 'no reason given'}${last}`
      const hint = move.from === null ? null : `${move.from.version} stays; to see what it said: mcp-twin logs ${silent.server}`
      return [{ move, outcome: 'put back', environment: silent.environment, reason, hint }]
    })
    return { checks, untried, stays }
  } finally {
    progress.done()
  }
}
