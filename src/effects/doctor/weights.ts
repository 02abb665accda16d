import type { BridgeFacts } from '../../core/doctor/bridge-facts.ts'
import type { ProbeFacts } from '../../core/doctor/probes.ts'
import type { Plan, PlanInput } from '../../core/plan/plan.ts'
import { type ProgramWeight, weighPrograms } from '../../core/tokens/programs.ts'
import type { System } from '../../model/system.ts'
import { readWeights } from '../sync/weights.ts'

/** What the tools of each program cost: as `weights.json` has it, and of entries that are not ours as they answered just now. */
export async function observeWeights(
  system: System,
  input: PlanInput,
  plan: Plan,
  bridge: BridgeFacts | null,
  probes: readonly ProbeFacts[] | null,
): Promise<ProgramWeight[]> {
  const { own = null, shared = {} } = bridge?.rules.lists ?? {}
  const known = { launches: await readWeights(system, input), bridge: own, shared }
  return weighPrograms(plan, input, known).map((program) => {
    const others = (probes ?? []).flatMap(({ environment, client, name, server, bridge: isBridge, weights = null }) =>
      server === null && isBridge === undefined && environment.id === program.environment && client.id === program.client
        ? [{ name, tools: weights }]
        : [],
    )
    return { ...program, servers: [...program.servers, ...others] }
  })
}
