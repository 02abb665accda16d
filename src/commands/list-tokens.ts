import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import type { Matrix } from '../core/plan/matrix.ts'
import { type Plan, type PlanInput, startSide } from '../core/plan/plan.ts'
import { type KnownWeights, toolsOn, weighPrograms } from '../core/tokens/programs.ts'
import { byWeight, inThousands, tokensOf, type Weight } from '../core/tokens/weight.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { WeighingOptions } from '../effects/sync/weighing.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor } from '../ui/labels.ts'
import { align } from '../ui/width.ts'
import type { HomeContext } from './at-home.ts'
import { knownOfBridge } from './bridge-tools.ts'
import { syncOptions } from './sync-options.ts'

/** A row of the matrix with what it costs; null with the reason where that is not known. */
type Weighed = Matrix['servers'][number] & { readonly tools: number | null; readonly tokens: number | null; readonly reason: string | null }

interface ProgramSum {
  readonly environment: string
  readonly client: string
  readonly tools: number
  readonly tokens: number
  /** Servers of it that are not in the sum. */
  readonly unknown: readonly string[]
}

/** What asking for tools may do: nothing is started with `--no-try` or `--offline`. */
export function weighingOptions(context: Context, options: { readonly try?: boolean }): WeighingOptions & { done(): void } {
  const progress = context.io.progress('Asking for tools')
  return {
    ...syncOptions(context),
    starts: options.try !== false && context.options.offline !== true,
    told: (left, all) => progress.update(left === 0 ? '' : `${left} of ${all} servers to go, 30 s each at most`),
    done: () => progress.done(),
  }
}

/** What the tools of each server cost, and those of each program together. Servers that nothing is known of are started once. */
export async function weighList(
  context: Context,
  homeContext: HomeContext,
  { situation, input, plan, matrix }: { situation: Situation; input: PlanInput; plan: Plan; matrix: Matrix },
  options: { readonly try?: boolean },
): Promise<{ servers: Weighed[]; clients: ProgramSum[] }> {
  const { weighUnknown } = await import('../effects/sync/weighing.ts')
  const asking = weighingOptions(context, options)
  const names = matrix.servers.map(({ name }) => name)
  const { launches, reasons } = await weighUnknown(context.system, situation, input, plan, names, asking).finally(() => asking.done())
  const known: KnownWeights = { launches, ...(await knownOfBridge(context, homeContext, situation)) }
  const servers = matrix.servers.map((row): Weighed => {
    const tools = toolsOfRow(row, input, plan, known)
    return tools === null
      ? { ...row, tools: null, tokens: null, reason: reasons.get(row.name) ?? whyUnknown(row) }
      : { ...row, tools: tools.length, tokens: tokensOf(tools), reason: null }
  })
  const sums = weighPrograms(plan, input, known).map(({ environment, client, servers: listed }): ProgramSum => {
    const all = listed.flatMap(({ tools }) => tools ?? [])
    const unknown = listed.flatMap(({ name, tools }) => (tools === null ? [name] : []))
    return { environment, client, tools: all.length, tokens: tokensOf(all), unknown }
  })
  return { servers: servers.sort(byWeight), clients: sums.sort(byWeight) }
}

const isSharedRow = ({ cells }: Matrix['servers'][number]): boolean => cells.some(({ state }) => state === 'shared')

/** Of a server that differs on two sides, as it is at home. */
function toolsOfRow(row: Matrix['servers'][number], input: PlanInput, plan: Plan, known: KnownWeights): readonly Weight[] | null {
  if (row.name === BRIDGE) return known.bridge
  if (isSharedRow(row)) return known.shared[row.name] ?? null
  const sides = [input.home, ...plan.files.map(({ observed }) => startSide(observed))]
  return sides.map((side) => toolsOn(input, known, row.name, side)).find((tools) => tools !== null) ?? null
}

function whyUnknown(row: Matrix['servers'][number]): string {
  const states = row.cells.map(({ state }) => state)
  if (isSharedRow(row)) return 'the bridge has no list of its tools yet: mcp-twin sync'
  if (states.includes('needs key')) return 'a key of it is not stored yet'
  if (states.includes('missing')) return 'no program has it yet: mcp-twin sync'
  return states.includes('off') ? 'it is switched off' : 'no program has it'
}

const counted = (tools: number | null, tokens: number | null): [string, string] =>
  tools === null ? ['–', '–'] : [String(tools), inThousands(tokens ?? 0)]

/** The same for a person: servers, then programs, the heaviest first. */
export function describeWeights(
  { servers, clients: programs }: Awaited<ReturnType<typeof weighList>>,
  { world }: HomeContext,
  { paint }: Pick<Context['io'], 'paint'>,
): string[] {
  const labels = labelsFor(world, clients)
  const rows = servers.map(({ name, tools, tokens, reason }) => [visible(name), ...counted(tools, tokens), visible(reason ?? '')])
  const places = programs.map(({ environment, client, tools, tokens, unknown }) => {
    const place = `${labels.client(client)} (${labels.environment(environment)})`
    return [place, ...counted(tools, tokens), unknown.length === 0 ? '' : `without ${unknown.map(visible).join(', ')}`]
  })
  const [first = '', ...lines] = align([['server', 'tools', 'tokens'], ...rows])
  const [second = '', ...sums] = align([['program', 'tools', 'tokens'], ...places])
  const note = 'An estimate (a token for 4 bytes) of what the lists of tools cost in every conversation.'
  return [paint.strong(first), ...lines, '', paint.strong(second), ...sums, '', paint.dim(note)]
}
