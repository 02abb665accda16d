import type { ignore as spec } from '../cli/specs/ignore.ts'
import type { Context, Run } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { saveState } from '../effects/manifest/records.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { withRunLock } from '../effects/store/lock.ts'
import { previewSync } from '../effects/sync/sync.ts'
import { EXIT, usageError } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import { atHome } from './at-home.ts'
import { wouldDo } from './change.ts'
import { syncOptions } from './sync-options.ts'
import { unknownName } from './unknown.ts'

/** Leaves servers that are in no manifest as they are, without a word in every report. */
export const run: Run<typeof spec> = (context, names, options) =>
  atHome(context, { mayBeAbsent: true }, async (homeContext) => {
    const { io, system } = context
    if (options.list === true && (names.length > 0 || options.undo === true))
      throw usageError('ignore --list takes no names.', { hint: 'mcp-twin ignore --list' })
    if (options.undo === true && names.length === 0)
      throw usageError('ignore --undo needs the name of a server.', { hint: 'mcp-twin ignore --list' })
    const { ignored = [] } = (await homeContext.open()).state
    const shown = names.map(visible).join(', ')
    if (names.length > 0) {
      for (const name of names) await demand(context, await homeContext.open(), name, ignored, options.undo === true)
      if (context.isDry === true) return wouldDo(context, options.undo === true ? `speak of ${shown} again` : `leave ${shown} as it is`)
    }
    const now = names.length === 0 ? ignored : options.undo === true ? without(ignored, names) : [...new Set([...ignored, ...names])].sort()
    if (names.length > 0)
      await withRunLock(system, homeContext.home.here, homeContext.home.environment.id, async () => {
        const { state, statePath } = await homeContext.open()
        await saveState(system, statePath, { ...state, ignored: now })
      })
    io.json({ command: 'ignore', ignored: now })
    if (names.length > 0) {
      io.out(options.undo === true ? `${shown}: spoken of again.` : `${shown}: left as it is; nothing says more of it.`)
      if (options.undo !== true)
        io.note(
          `To hear of ${names.length === 1 ? 'it' : 'them'} again: mcp-twin ignore ${names.map((name) => quoted(visible(name))).join(' ')} --undo`,
        )
      return EXIT.ok
    }
    for (const name of now) io.out(visible(name))
    if (now.length === 0) io.out('No server is ignored.')
    return EXIT.ok
  })

const without = (all: readonly string[], names: readonly string[]): string[] => all.filter((each) => !names.includes(each))

/** Throws for a name that nothing has, or that the manifest has. */
async function demand(context: Context, situation: Situation, name: string, ignored: readonly string[], isUndo: boolean): Promise<void> {
  if (ignored.includes(name)) return
  if (isUndo) throw unknownName('ignored server', name, ignored, 'mcp-twin ignore --list')
  if (Object.hasOwn(situation.manifest.servers, name))
    throw usageError(`${visible(name)} is in the manifest.`, { hint: `to take it out of every config: mcp-twin disable ${visible(name)}` })
  const { unmanaged } = await previewSync(context.system, situation, syncOptions(context, {}, { clients: [], on: [], resolve: false }))
  const known = unmanaged.map(({ server }) => server)
  if (!known.includes(name)) throw unknownName('server', name, known, 'mcp-twin list')
}
