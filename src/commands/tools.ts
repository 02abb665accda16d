import { count } from '../core/count.ts'
import type { tools as spec } from '../cli/specs/tools.ts'
import type { Context, Run } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { byWeight, inThousands, tokensOf } from '../core/tokens/weight.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import { align } from '../ui/width.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { toolsOf, unknownTools } from './known-tools.ts'
import { demandServer } from './servers.ts'

type Options = Parameters<Run<typeof spec>>[2]

/** Shows the tools of a server and what each costs, or writes which of them programs see. */
export const run: Run<typeof spec> = async (context, [name], options) => {
  const { only = [], without = [], all = false } = options
  const asked = [only.length > 0, without.length > 0, all].filter(Boolean).length
  if (asked > 1) throw usageError('tools takes one of --only, --without and --all.', { hint: `mcp-twin tools ${quoted(name)} --help` })
  if (asked === 1) return (await import('./tools-filter.ts')).filterTools(context, name, { only, without, all }, options)
  return atHome(context, {}, async (homeContext) => show(context, homeContext, name, options))
}

async function show(context: Context, homeContext: HomeContext, name: string, options: Options): Promise<ExitCode> {
  const { io } = context
  const situation = await homeContext.open()
  if (name !== BRIDGE) demandServer(situation.manifest, name)
  const { tools, listed, reason } = await toolsOf(context, homeContext, situation, name, options)
  if (tools === null) throw unknownTools(name, reason)
  const rows = tools.map((tool) => ({ ...tool, listed: listed(tool.name) })).sort(byWeight)
  io.json({ command: 'tools', server: name, tools: rows })
  const shown = rows.filter((row) => row.listed)
  const lines = align([
    ['tool', 'tokens'],
    ...rows.map((row) => [visible(row.name), inThousands(row.tokens), row.listed ? '' : 'left out']),
  ])
  io.out(io.paint.strong(lines[0] ?? ''))
  for (const line of lines.slice(1)) io.out(line)
  io.out(`\n${count(shown.length, 'tool')}, about ${inThousands(tokensOf(shown))} tokens in every conversation.`)
  return EXIT.ok
}
