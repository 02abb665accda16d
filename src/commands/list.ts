import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { leftoverOf, matrixOf, ofOneFileEach } from '../core/plan/matrix.ts'
import { makePlan } from '../core/plan/plan.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { labelsFor } from '../ui/labels.ts'
import { describeMatrix } from '../ui/matrix.ts'
import { atHome } from './at-home.ts'
import { syncOptions } from './sync-options.ts'

/** Shows which client has which server. It writes nothing and touches no network. */
export async function run(context: Context, _args: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const { io, system } = context
  return atHome(context, {}, async (ground) => {
    const situation = await ground.open()
    const { input } = await prepare(system, situation, syncOptions(context, options, { resolve: false }))
    const whole = makePlan(input)
    const plan = { ...whole, files: ofOneFileEach(whole.files) }
    const leftover = leftoverOf(whole)
    const rest = new Set(leftover.map((each) => each.server)).size
    const matrix = matrixOf(plan, situation.manifest, input.render.lock)
    io.json({ command: 'list', ...matrix, leftover })
    if (io.asJson) return EXIT.ok
    const labels = labelsFor(ground.world, clients)
    if (matrix.servers.length === 0 && matrix.unmanaged.length === 0)
      io.out(rest === 0 ? 'No servers yet. Run mcp-twin add or mcp-twin init.' : 'The manifest has no servers.')
    else
      for (const line of describeMatrix(
        matrix,
        plan.files.map((file) => file.plan),
        labels,
        io.paint,
        io.width,
      ))
        io.out(line)
    const cells = matrix.servers.flatMap((row) => row.cells)
    const off = cells.filter((cell) => cell.state === 'missing' || cell.state === 'differs').length
    const foreign = new Set(matrix.unmanaged.map((each) => each.server)).size
    const words = [
      off === 0 ? '' : `${off} not in sync: mcp-twin sync.`,
      rest === 0 ? '' : `${rest} no longer wanted: mcp-twin sync removes ${rest === 1 ? 'it' : 'them'}.`,
      foreign === 0 ? '' : `${foreign} unmanaged: mcp-twin sync --adopt adds ${foreign === 1 ? 'it' : 'them'} to the manifest.`,
    ].filter((text) => text !== '')
    const lines = [
      ...plan.files.flatMap(({ plan: file }) => {
        if (file.refusal === null) return []
        const name = `${labels.client(file.client)} (${labels.environment(file.environment)})`
        return [`${io.paint.bad('✗')} ${name}: its file is left alone; mcp-twin sync --check shows why`]
      }),
      ...(words.length === 0 ? [] : [words.join(' ')]),
    ]
    if (lines.length > 0) io.out(`\n${lines.join('\n')}`)
    return EXIT.ok
  })
}
