import { isElsewhere } from '../core/manifest/machines.ts'
import { machineName } from '../effects/machine/machine-name.ts'
import type { Context } from '../context.ts'
import { lookUp } from '../core/lookup.ts'
import { sharedToolName } from '../core/foreign/names.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { asksToShare, isShared, whyNotShared } from '../core/plan/sharing.ts'
import { layout } from '../core/layout.ts'
import { reach, type Situation } from '../effects/manifest/open.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { JsonValue } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'
import type { HomeContext } from './at-home.ts'
import { changeManifest } from './change.ts'
import { demandServer } from './servers.ts'
import { toolsOf, unknownTools } from './known-tools.ts'
import { unknownName } from './unknown.ts'

/** The tools that were typed. */
export interface Filter {
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly all: boolean
}

type Share = ServerSpec['share']

/** Writes which tools of a server the bridge lists. A server that was not shared is reached through the bridge from then on. */
export async function filterTools(
  context: Context,
  name: string,
  filter: Filter,
  options: Parameters<typeof toolsOf>[4],
): Promise<ExitCode> {
  if (name === BRIDGE)
    throw usageError("The bridge's own tools are chosen by family.", { hint: 'set "bridge": { "families": […] } in the manifest' })
  let chosen: readonly string[] | null = null
  return changeManifest(
    context,
    options,
    async ({ manifest }) => {
      const { share } = lookUp(manifest.servers, name) ?? {}
      const value = chosen === null ? unfiltered(share) : { tools: [...chosen], ...cacheOf(share) }
      if (value === null || JSON.stringify(value) === JSON.stringify(share)) return { about: [name], changes: [] }
      return { about: [name], changes: [{ kind: 'set', path: ['servers', name, 'share'], value }] }
    },
    async (situation, homeContext) => {
      demandServer(situation.manifest, name)
      if (!filter.all) chosen = await choose(context, homeContext, situation, name, filter, options)
    },
  )
}

/** Answers that may be used again, which no filter touches. */
const cacheOf = (share: Share): { cache?: string[] } =>
  typeof share === 'object' && share.cache !== undefined ? { cache: share.cache } : {}

/** "share" without its filter; null: it has none. */
function unfiltered(share: Share): JsonValue {
  if (typeof share !== 'object' || share.tools === undefined) return null
  return share.cache === undefined ? true : { cache: share.cache }
}

/** The tools that will be listed, in the server's order. Says first what changes for a server that is not shared yet, and asks. */
async function choose(
  context: Context,
  homeContext: HomeContext,
  situation: Situation,
  name: string,
  { only, without }: Filter,
  options: Parameters<typeof toolsOf>[4],
): Promise<readonly string[]> {
  const server = lookUp(situation.manifest.servers, name) ?? {}
  const why = whyUnsharable(situation, server)
  if (why !== null) throw usageError(`${visible(name)} cannot be shared, and only the bridge leaves tools out: ${why}.`)
  const { tools, listed, reason } = await toolsOf(context, homeContext, situation, name, options)
  if (tools === null) throw unknownTools(name, reason)
  const names = tools.map((tool) => tool.name)
  for (const word of [...only, ...without]) if (!names.includes(word)) throw unknownName('tool', word, names)
  const kept = names.filter((each) => (only.length > 0 ? only.includes(each) : listed(each) && !without.includes(each)))
  if (kept.length === 0) throw usageError(`Nothing of ${visible(name)} would be left.`, { hint: `mcp-twin disable ${name}` })
  if (!isShared(sharing(situation), server)) await announce(context, name, kept[0] ?? '')
  return kept
}

const sharing = ({ manifest, home, world, place }: Situation) => ({
  ...{ manifest, home: home.environment, world },
  ...(place.here === reach(home, layout(home.environment, home.folder).manifest) ? {} : { named: place.shown }),
})

function whyUnsharable(situation: Situation, server: ServerSpec): string | null {
  if (situation.place.project !== null) return 'a project has no bridge of its own'
  if (isElsewhere(server, machineName(situation.state))) return 'it is only on other machines ("machines" in the manifest)'
  if (server.disabled === true) return 'it is switched off'
  return asksToShare(server) && isShared(sharing(situation), server) ? null : whyNotShared(sharing(situation), server)
}

async function announce({ io, prompt }: Context, name: string, tool: string): Promise<void> {
  const shown = visible(name)
  io.noteWhole(
    `${shown} is not shared yet. Every program will reach it through the bridge, which lists ${visible(sharedToolName(name, tool))}.`,
  )
  io.noteWhole(`Rules like mcp__${shown}__* must become mcp__${BRIDGE}__${shown}__*.`)
  if (prompt.able && !(await prompt.confirm('Share it?', { flag: '--yes', default: true })))
    throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}
