import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { parseWeights, type WeightsFile, weightsText, withWeights } from '../../core/tokens/file.ts'
import { digestFor } from '../../core/tokens/programs.ts'
import { weigh } from '../../core/tokens/weight.ts'
import type { Environment } from '../../model/environment.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Probe } from '../probe/probe.ts'
import { ifPossible } from '../store/trouble.ts'

type Home = Pick<PlanInput, 'home' | 'render'>

/** `weights.json` of home; null: home has no folder. */
function pathOf({ home, render }: Home): ReachablePath | null {
  const folder = render.folders(home.id)
  return folder === null ? null : toHere(home, layout(home, folder).weights)
}

/** What is known of the cost of tools; what is missing or damaged holds nothing. */
export async function readWeights(system: System, home: Home): Promise<WeightsFile> {
  const path = pathOf(home)
  const bytes = path === null ? null : await ifPossible(system.files.read(path))
  return bytes === null ? {} : parseWeights(Buffer.from(bytes).toString('utf8'))
}

/** A server that was asked for its tools. */
export interface Asked {
  readonly server: string
  /** The side whose program starts it. */
  readonly side: Environment
  /** Undefined: it was not asked after all. */
  readonly probe: Probe | undefined
}

/**
 * Keeps what the tools of servers cost that have answered. Without a lock: of two runs at the same moment one may win, and what is lost is
 * asked for again. A file that cannot be written fails no command.
 */
export async function keepWeights(system: System, input: PlanInput, asked: readonly Asked[]): Promise<void> {
  const path = pathOf(input)
  const found: [string, WeightsFile[string]][] = asked.flatMap(({ server, side, probe }) =>
    probe?.ok === true && Object.hasOwn(input.manifest.servers, server)
      ? [[digestFor(input, server, side), { server, at: system.now(), tools: weigh(probe.listed) }]]
      : [],
  )
  if (path === null || found.length === 0) return
  const before = await readWeights(system, input)
  const after = withWeights(before, Object.fromEntries(found))
  if (after !== before) await ifPossible(system.files.replace(path, Buffer.from(weightsText(after)), 0o600))
}
