import type { diff as spec } from '../cli/specs/diff.ts'
import type { Run } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { differs, exitOf, type SyncResult } from '../effects/sync/result.ts'
import { previewSync } from '../effects/sync/sync.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { visible } from '../ui/escape.ts'
import { atHome } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'
import { unknownName } from './unknown.ts'

/** Compares every config with what sync would write. Writes nothing. */
export const run: Run<typeof spec> = (context, [server], options) =>
  atHome(context, {}, async (homeContext) => {
    const situation = await homeContext.open()
    const whole = await previewSync(context.system, situation, syncOptions(context, options))
    const result = server === undefined ? whole : onlyOf(server, whole, situation)
    const isForeign = server !== undefined && result.unmanaged.length > 0
    if (!context.io.asJson && isForeign && result.steps.length === 0) {
      context.io.out(`${visible(server)} is not managed by mcp-twin: sync leaves it alone.`)
      context.io.out(`  ${context.io.paint.dim('→')} to add it to the manifest: mcp-twin sync --adopt`)
      return exitOf(result, { check: false })
    }
    const hasFields = result.steps.some(({ fields = [] }) => fields.length > 0)
    const isDue = result.steps.some(({ outcome }) => outcome === 'planned')
    const way = isDue ? ' To write it: mcp-twin sync' : ''
    reportSync(context, homeContext.world, result, {
      command: 'diff',
      preview: true,
      detail: 'all',
      ...(hasFields ? { farewell: `- what the file holds, + what mcp-twin would write.${way}` } : {}),
    })
    return exitOf(result, { check: false })
  })

/** The part of a preview that is about one server. Throws a usage error where nothing has that name. */
function onlyOf(server: string, whole: SyncResult, { manifest }: Situation): SyncResult {
  const unmanaged = whole.unmanaged.filter((each) => each.server === server)
  // A file that is left alone as a whole is left alone for this server too.
  const steps = whole.steps.filter((step) => step.server === server || (step.kind === 'refuse' && step.server === null))
  const known = new Set([...Object.keys(manifest.servers), BRIDGE, ...whole.steps.flatMap((step) => step.server ?? [])])
  if (!known.has(server) && unmanaged.length === 0) {
    throw unknownName('server', server, [...known, ...whole.unmanaged.map((each) => each.server)], 'mcp-twin list')
  }
  return { ...whole, inSync: !steps.some(differs), steps, unmanaged, notices: [] }
}
