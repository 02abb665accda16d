import type { outdated as spec } from '../cli/specs/outdated.ts'
import type { Context, Run } from '../context.ts'
import { isNewer, type Versions } from '../core/update/moves.ts'
import { EXIT, TwinError } from '../errors.ts'
import { lookUpVersions } from '../effects/sync/outdated.ts'
import { visible } from '../ui/escape.ts'
import { align } from '../ui/width.ts'
import { atHome } from './at-home.ts'
import { syncOptions } from './sync-options.ts'

/** Shows newer versions on the registry. */
export const run: Run<typeof spec> = (context, _args, _options) =>
  atHome(context, {}, async (homeContext) => {
    const { system, io } = context
    const versions = await lookUpVersions(system, await homeContext.open(), syncOptions(context))
    if (context.signal.aborted) throw new TwinError('cancelled', 'Cancelled.', { exit: EXIT.cancelled })
    io.json({ command: 'outdated', packages: versions.map(documentOf) })
    if (!io.asJson) for (const line of describe(context, versions)) io.out(line)
    return versions.some(({ trouble }) => trouble !== null) ? EXIT.failed : EXIT.ok
  })

const documentOf = ({ words, name, servers, now, wanted, latest, trouble }: Versions) => ({
  name,
  words,
  servers,
  current: now?.version ?? null,
  wanted: wanted?.version ?? null,
  latest: latest?.version ?? null,
  reason: trouble?.reason ?? null,
  hint: trouble?.hint ?? null,
})

const count = (number: number, word: string): string => `${number} ${word}`

function describe({ io: { paint } }: Context, versions: readonly Versions[]): string[] {
  if (versions.length === 0) return ['No server in the manifest is a package.']
  const within = versions.filter(({ now, wanted }) => isNewer(wanted, now))
  const beyond = versions.filter(({ wanted, latest }) => isNewer(latest, wanted))
  const shown = versions.filter((each) => within.includes(each) || beyond.includes(each))
  const rows = shown.map((each) => [
    visible(each.servers.join(', ')),
    each.name,
    each.now?.version ?? '–',
    within.includes(each) ? paint.good(each.wanted?.version ?? '') : (each.wanted?.version ?? ''),
    beyond.includes(each) ? paint.warn(each.latest?.version ?? '') : (each.latest?.version ?? ''),
  ])
  const [head = '', ...lines] = align([['server', 'package', 'now', 'in range', 'latest'], ...rows])
  const troubles = versions.flatMap(({ words, trouble }) =>
    trouble === null ? [] : [`${paint.bad('✗')} ${visible(words)}: ${trouble.reason}`, `  ${paint.dim('→')} ${trouble.hint}`],
  )
  const asked = versions.length - versions.filter(({ trouble }) => trouble !== null).length
  const sums = [
    within.length > 0 ? `${count(within.length, 'newer')}: mcp-twin update.` : '',
    beyond.length > 0 ? `${count(beyond.length, 'beyond its range')}: mcp-twin update --latest.` : '',
    asked > shown.length ? `${count(asked - shown.length, asked - shown.length === 1 ? 'package is' : 'packages are')} up to date.` : '',
  ].filter((text) => text !== '')
  return [...(shown.length > 0 ? [paint.strong(head), ...lines, ''] : []), ...troubles, ...(sums.length > 0 ? [sums.join(' ')] : [])]
}
