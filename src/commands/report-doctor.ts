import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { FixResult } from '../effects/doctor/fix.ts'
import type { Finding } from '../model/check.ts'
import type { Environment, World } from '../model/environment.ts'
import { visible } from '../ui/escape.ts'
import { describeFindings, sumOfFindings } from '../ui/findings.ts'
import { homely } from '../ui/homely.ts'
import { labelsFor } from '../ui/labels.ts'

/** What doctor found, for a person: what was fixed, the findings by group, and the sum as the last line. */
export function reportDoctor(
  { io }: Context,
  world: World,
  sides: readonly Environment[],
  findings: readonly Finding[],
  mended: readonly FixResult[] | null,
): void {
  const { paint } = io
  if (mended !== null) {
    io.out(paint.strong('Fixed'))
    if (mended.length === 0) io.out('  nothing could be fixed without asking you')
    for (const { what, trouble } of mended) {
      io.out(
        `  ${trouble === null ? paint.good('✓') : paint.bad('✗')} ${visible(homely(trouble === null ? what : `${what}: ${trouble}`, sides))}`,
      )
    }
  }
  const labels = labelsFor(world, clients)
  const view = { sides, label: labels.environment, paint, width: Math.min(io.width, 120), verbose: io.verbose }
  for (const line of describeFindings(findings, view)) io.out(line)
  io.out(`\n${sumOfFindings(findings)}`)
  if (findings.some(({ check, level, fix }) => check === 'server-starts' && level === 'skipped' && fix === 'mcp-twin doctor --deep'))
    io.note(paint.dim('No server was started: mcp-twin doctor --deep starts each of them.'))
}
