import type { Context } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { lookUp } from '../core/lookup.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { makePlan, startSide } from '../core/plan/plan.ts'
import { isShared } from '../core/plan/sharing.ts'
import { toolsOn } from '../core/tokens/programs.ts'
import type { Weight } from '../core/tokens/weight.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { TwinError } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import type { HomeContext } from './at-home.ts'
import { knownOfBridge } from './bridge-tools.ts'
import { weighingOptions } from './list-tokens.ts'
import { syncOptions } from './sync-options.ts'

/** The error for a server whose tools cannot be told. */
export const unknownTools = (name: string, reason: string | null): TwinError =>
  new TwinError('no-tools', `The tools of ${visible(name)} are not known: ${reason ?? 'no program has it'}.`, {
    hint: reason === 'it needs a login' ? `mcp-twin login ${quoted(name)}` : 'mcp-twin doctor --deep',
  })

/** All tools of a server, and which of them programs see. One that nothing is known of is started once. */
export async function toolsOf(
  context: Context,
  homeContext: HomeContext,
  situation: Situation,
  name: string,
  options: { readonly try?: boolean },
): Promise<{ tools: readonly Weight[] | null; listed: (tool: string) => boolean; reason: string | null }> {
  if (name === BRIDGE) {
    const { bridge } = await knownOfBridge(context, homeContext, situation)
    return { tools: bridge, listed: () => true, reason: 'the bridge is switched off' }
  }
  const { weighAtHome, weighUnknown } = await import('../effects/sync/weighing.ts')
  const { input } = await prepare(context.system, situation, syncOptions(context, {}, { resolve: false, clients: [], on: [] }))
  const server = lookUp(situation.manifest.servers, name) ?? {}
  const shared = situation.place.project === null && isShared(input.render, server)
  const plan = makePlan(input)
  const asking = weighingOptions(context, options)
  const isWritten = plan.files.some(({ desired, plan: { present } }) =>
    desired.wanted.some((wanted) => wanted.server === name && present.has(wanted.name)),
  )
  const asked =
    shared || (situation.place.project === null && !isWritten)
      ? weighAtHome(context.system, input, name, asking)
      : weighUnknown(context.system, situation, input, plan, [name], asking)
  const { launches, reasons } = await asked.finally(() => asking.done())
  const sides = [input.home, ...plan.files.map(({ observed }) => startSide(observed))]
  const known = { launches, bridge: null, shared: {} }
  const tools = sides.map((side) => toolsOn(input, known, name, side)).find((each) => each !== null) ?? null
  const filter = shared && typeof server.share === 'object' ? server.share.tools : undefined
  return { tools, listed: (tool) => filter?.includes(tool) ?? true, reason: reasons.get(name) ?? null }
}
