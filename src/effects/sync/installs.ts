import type { InstallStep, Plan, PlanInput, Why } from '../../core/plan/plan.ts'
import { endStep } from '../../core/plan/step.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { writeHomeJson } from '../machine/home.ts'
import { installPackage } from '../packages/install.ts'
import { installSelf } from '../packages/self-install.ts'
import type { SyncOptions } from './options.ts'

/** Limit of concurrent npm runs on one side: more of them share the same disk and registry. */
const AT_ONCE = 3

export interface Installed {
  readonly steps: readonly Step[]
  /** `environment words` → why it is not installed. */
  readonly failed: ReadonlyMap<string, Why>
  /** Sides to which this program could not be copied. */
  readonly withoutSelf: ReadonlyMap<string, Why>
  readonly notices: readonly string[]
}

/** Installs the packages of a plan: all sides at the same time, a few packages at once on each. */
export async function applyInstalls(system: System, input: PlanInput, plan: Plan, options: SyncOptions): Promise<Installed> {
  const steps: Step[] = []
  const failed = new Map<string, Why>()
  const withoutSelf = new Map<string, Why>()
  const notices: string[] = []
  const sides = [...new Set(plan.installs.map((each) => each.environment))]
  const progress = options.progress('Installing')
  const left = new Set(plan.installs.map((each) => each.step))
  const done = new Map<InstallStep, Step>()
  const tell = (): void => {
    const [now] = left
    progress.update(now === undefined ? 'mcp-twin itself' : `${now.reason ?? ''} (${done.size} of ${plan.installs.length} done)`)
  }
  const work = async (each: InstallStep): Promise<void> => {
    tell()
    const ended = await installOne(system, input, each, options)
    left.delete(each.step)
    done.set(each, ended.step)
    tell()
    notices.push(...ended.notices)
    if (ended.step.outcome === 'failed')
      failed.set(`${each.environment} ${each.words}`, {
        reason: `${each.locked.name} is not installed there`,
        hint: ended.step.hint ?? 'mcp-twin sync',
      })
  }
  try {
    await Promise.all(
      sides.map((side) =>
        inTurns(
          plan.installs.filter((each) => each.environment === side),
          AT_ONCE,
          work,
        ),
      ),
    )
    // In the order of the plan, whichever ended first.
    steps.push(...plan.installs.flatMap((each) => done.get(each) ?? []))
    // After Ctrl-C our own program is not copied either.
    options.signal.throwIfAborted()
    for (const step of plan.self) {
      const placed = await placeSelf(system, input, step, options, (text) => progress.update(text))
      steps.push(placed)
      if (placed.outcome === 'failed')
        withoutSelf.set(step.environment, { reason: 'mcp-twin could not be copied there', hint: placed.hint ?? 'mcp-twin sync' })
    }
  } finally {
    progress.done()
  }
  return { steps, failed, withoutSelf, notices }
}

async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
}

async function installOne(
  system: System,
  input: PlanInput,
  each: InstallStep,
  options: SyncOptions,
): Promise<{ step: Step; notices: string[] }> {
  const side = input.world.environments.find((environment) => environment.id === each.environment)
  const folder = input.render.folders(each.environment)
  if (side === undefined || folder === null)
    return { step: endStep(each.step, 'failed', 'that side is not known', 'mcp-twin sync --refresh'), notices: [] }
  const prefix = prefixOn(input.manifest, side)
  const { outcome, reason, hint, scripts } = await installPackage(system, input.render.world, side, folder, each.locked, {
    allowScripts: each.allowScripts,
    offline: options.offline,
    prefix,
    signal: options.signal,
  })
  const wanted = scripts ?? []
  const notices =
    wanted.length === 0
      ? []
      : [
          `${environmentLabel(side)}: install scripts were not run for ${wanted.join(', ')}; a server that needs them must set "allowScripts": true`,
        ]
  return {
    step:
      outcome === 'failed'
        ? endStep(each.step, 'failed', `${each.locked.name} ${each.locked.version}: ${reason ?? 'npm failed'}`, hint ?? null)
        : endStep(each.step, 'done'),
    notices,
  }
}

async function placeSelf(
  system: System,
  input: PlanInput,
  step: Step,
  { offline, signal, selfEverywhere }: SyncOptions,
  onProgress: (text: string) => void,
): Promise<Step> {
  const side = input.world.environments.find((environment) => environment.id === step.environment)
  const folder = input.render.folders(step.environment)
  if (side === undefined || folder === null) return endStep(step, 'failed', 'that side is not known')
  const { outcome, reason, hint } = await installSelf(system, input.render.world, side, folder, {
    offline,
    signal,
    onProgress,
    bare: !side.self,
  })
  if (outcome === 'failed') return endStep(step, 'failed', `mcp-twin: ${reason ?? 'could not be copied'}`, hint ?? null)
  const homeFolder = input.render.folders(input.home.id)
  if (homeFolder !== null) await writeHomeJson(system, side, { environment: input.home, folder: homeFolder })
  if (reason === undefined || hint === undefined) return endStep(step, 'done')
  // The program works without its optional binaries, so the step is done; a run that found it so has changed nothing.
  const command = naming(hint, selfEverywhere ? 'mcp-twin init' : 'mcp-twin sync')
  return endStep(
    outcome === 'present' ? { ...step, change: 'none' } : step,
    'done',
    `${step.reason}, ${reason}. To complete it: ${command}`,
    command,
  )
}

/** Returns a hint that ends in the command to repeat: sync reaches every side that needs the program, init all sides. */
function naming(hint: string, command: string): string {
  const named = hint.replace(/run the same command(?: again)?(?: with(?:out --offline)?)?/, command)
  return named === hint ? `${hint}, then: ${command}` : named
}
