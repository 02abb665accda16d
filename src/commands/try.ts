import type { tryServer as spec } from '../cli/specs/try.ts'
import type { Context, Run } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { hiddenKeys } from '../effects/store/hidden-keys.ts'
import type { Checked, ListenToTried } from '../effects/sync/checks.ts'
import { tryWritten, UNWRITTEN } from '../effects/sync/trying.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { EXIT, usageError } from '../errors.ts'
import { atHome } from './at-home.ts'
import { demandServer } from './servers.ts'
import { syncOptions } from './sync-options.ts'
import { triedAs } from './trying.ts'

/** Starts servers once on each side, as the programs that have them do, and reports what answers. Changes nothing. */
export const run: Run<typeof spec> = (context, names) =>
  atHome(context, {}, async (homeContext) => {
    if (context.options.offline === true)
      throw usageError('try starts servers, which may use the network: it cannot be combined with --offline.', { hint: 'mcp-twin try' })
    const situation = await homeContext.open()
    for (const name of names) if (name !== BRIDGE) demandServer(situation.manifest, name)
    const checked = await checkedBy(context, situation, names)
    const tried = triedAs(context, homeContext.world, checked)
    const { io } = context
    const unseen = names.filter((name) => ![...checked.checks, ...checked.untried].some(({ server }) => server === name))
    const notices = [
      ...tried.notices,
      ...unseen.map((name) => `${name} was not tried: no program here has it. To see which have it: mcp-twin list`),
    ]
    io.json({ command: 'try', checks: tried.checks, untried: checked.untried, notices })
    if (!io.asJson) {
      for (const line of tried.lines) io.out(line)
      for (const notice of notices) io.out(`  ${io.paint.warn('!')} ${notice}`)
      if (tried.lines.length + notices.length === 0) io.out('There is no server to try. To add one: mcp-twin add NAME')
    }
    const isLeft = unseen.length > 0 || checked.untried.some(({ reason }) => reason === UNWRITTEN)
    return tried.exit(isLeft ? EXIT.attention : EXIT.ok)
  })

async function checkedBy(context: Context, situation: Situation, names: readonly string[]): Promise<Checked> {
  const { system, io, listen: tell } = context
  // Servers may print whatever they can read.
  for (const key of await hiddenKeys(system, situation.home.here, situation.manifest)) io.hide(key)
  const listen =
    tell === undefined
      ? {}
      : { listen: ((place, values) => io.heard(values, (lines) => tell({ ...place, lines }))) satisfies ListenToTried }
  const progress = io.progress('Starting')
  const told = (left: number): void => progress.update(left === 0 ? '' : `${left} to go`)
  try {
    return await tryWritten(system, situation, names.length === 0 ? null : new Set(names), syncOptions(context, {}, listen), told)
  } finally {
    progress.done()
  }
}
