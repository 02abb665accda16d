import type { Unmanaged } from '../../core/import/from-files.ts'
import { wordsOf } from '../../core/manifest/names.ts'
import { lookUp } from '../../core/lookup.ts'
import type { Plan, PlanInput } from '../../core/plan/plan.ts'
import { makeStep } from '../../core/plan/step.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Step } from '../../model/plan.ts'
import { type Besides, stepsBesides } from './besides.ts'
import type { PreparedSync } from './prepare.ts'
import { differs, type SyncResult } from './result.ts'

/** The server that asks for a package, since the package may be called quite differently. */
function named(words: string, { servers }: Manifest, reason: string): { server?: string; reason: string } {
  const [server] = Object.keys(servers).filter((name) => wordsOf(servers[name] ?? {}).includes(words))
  if (server === undefined) return { reason: `${words}: ${reason}` }
  return { server, reason: server === words ? `${words}: ${reason}` : `${server} (${words}): ${reason}` }
}

/** Whether a package belongs to a server that the run is about. */
const concerns = (words: string, { manifest, only }: PlanInput): boolean =>
  only === undefined || [...only].some((name) => wordsOf(lookUp(manifest.servers, name) ?? {}).includes(words))

/** Returns every step of a plan, for a report. */
export const stepsOf = (plan: Plan, prepared: PreparedSync): Step[] => [
  ...[...prepared.unresolved]
    .filter(([words]) => concerns(words, prepared.input))
    .map(([words, why]) =>
      makeStep({
        kind: 'install',
        environment: prepared.input.home.id,
        change: 'none',
        outcome: 'failed',
        ...named(words, prepared.input.manifest, why.reason),
        hint: why.hint,
      }),
    ),
  ...plan.installs.map((each) => each.step),
  ...plan.self,
  ...plan.blocked,
  ...(plan.launchFiles ?? []).flatMap((each) => (each.isTold ? [] : [each.step])),
  ...plan.files.flatMap(({ plan: file }) => (file.refusal === null ? file.entries.map((each) => each.step) : [file.refusal])),
]

function ignoredNotice(keys: readonly string[]): string[] {
  const last = keys.at(-1)
  if (last === undefined) return []
  const listed = keys.length === 1 ? last : `${keys.slice(0, -1).join(', ')} and ${last}`
  return [
    `${listed} in a project's manifest ${keys.length === 1 ? 'is' : 'are'} ignored; only your own manifest can set ${keys.length === 1 ? 'it' : 'them'}`,
  ]
}

/** Returns the notices of a plan. */
export const noticesOf = (plan: Plan, prepared: PreparedSync): string[] => [
  ...new Set([
    ...prepared.notices,
    ...prepared.stale,
    ...ignoredNotice(prepared.ignored),
    ...plan.notices,
    ...plan.files.flatMap(({ plan: file, observed }) => file.notices.map((notice) => `${observed.client.label}: ${notice}`)),
  ]),
]

/** Returns the entries of a plan's files that are not managed. Most have none, and load nothing for it. */
export async function unmanagedOf(plan: Plan, { input }: PreparedSync): Promise<Unmanaged[]> {
  if (plan.files.every((each) => each.plan.unmanaged.length === 0)) return []
  const { unmanagedIn } = await import('../../core/import/from-files.ts')
  return unmanagedIn(plan, input)
}

/** Returns a plan as a result in which nothing was done. */
export async function resultOfPlan(
  prepared: PreparedSync,
  plan: Plan,
  besides: Besides = { hook: null, commands: [] },
): Promise<SyncResult> {
  const steps = [...stepsOf(plan, prepared), ...stepsBesides(besides)]
  // A project is in sync wherever it is cloned to, such as in CI: that this home lacks mcp-twin itself is not its matter.
  const elsewhere = new Set(prepared.input.render.project === undefined ? [] : plan.self)
  return {
    inSync: !steps.some((step) => differs(step) && !elsewhere.has(step)),
    changed: false,
    run: null,
    steps,
    unmanaged: await unmanagedOf(plan, prepared),
    restart: [],
    notices: noticesOf(plan, prepared),
  }
}
