import type { ImportChanges } from '../core/export/compare.ts'
import type { ImportVerdict } from '../core/export/three-way.ts'
import { type Incoming, settingLines } from '../core/export/incoming.ts'
import { quoted } from '../core/doctor/names.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import { type TrustView, trustView } from '../core/trust/view.ts'
import type { ReadExport } from '../effects/export/read.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { serverScreen } from './trust-screen.ts'

/** What an import makes of one server or setting that is not the same here and there. */
interface ImportChange {
  readonly kind: 'server' | 'setting' | 'pin'
  readonly name: string
  readonly change: (typeof words)[keyof typeof words]
  /** Of a server, in the lines of `trust`. */
  readonly here: readonly string[]
  readonly there: readonly string[]
}

const words = {
  add: 'added',
  follow: 'changed',
  remove: 'removed',
  mine: 'changed here',
  both: 'changed on both',
  edited: 'gone there, changed here',
  away: 'removed here',
} as const satisfies Partial<Record<ImportVerdict, string>>

/** Everything that is not the same here and in the export. */
export function changesOf({ manifest, lock }: Situation, { compared }: ImportChanges, there: TrustView): ImportChange[] {
  const here = trustView(manifest, lock, null)
  return compared.flatMap(({ kind, name, as, verdict }) => {
    if (verdict === 'same' || verdict === 'none') return []
    const lines = (view: TrustView, each: string) => (kind === 'server' ? (lookUp(view, each)?.lines ?? []) : [])
    return [{ kind, name: as, change: words[verdict], here: lines(here, as), there: lines(there, name) }]
  })
}

/** What an export brings, as it is shown before anything of it is used: servers whole, of those that stay what both sides say. */
export function incomingScreen(
  found: Incoming,
  { lock, others }: ReadExport,
  changes: readonly ImportChange[],
  { compared }: ImportChanges,
  isWhole: boolean,
): string[] {
  const of = (...wanted: ImportChange['change'][]) => changes.filter(({ kind, change }) => kind === 'server' && wanted.includes(change))
  const come = compared.flatMap(({ kind, name, verdict }) =>
    kind === 'server' && (verdict === 'add' || verdict === 'follow') ? [name] : [],
  )
  const servers = Object.fromEntries(come.flatMap((name) => [[name, lookUp(found.manifest.servers, name) ?? {}] as const]))
  const settings = settingLines(found).filter((line) =>
    changes.some(({ kind, name }) => kind === 'setting' && line.startsWith(`${name.split('.')[0]}:`)),
  )
  const shown = serverScreen(trustView({ servers }, lock, null), keysOfAll({ version: 1, servers }), isWhole)
  const pins = changes.filter(({ kind, change }) => kind === 'pin' && change !== 'changed here')
  const sides = ({ here, there }: ImportChange) => [
    ...here.map((line) => `    here:   ${line}`),
    ...there.map((line) => `    export: ${line}`),
  ]
  const stay = of('changed on both', 'gone there, changed here', 'removed here')
  const gone = of('removed')
  const lines = [
    ...shown,
    ...of('changed').flatMap(({ name, here }) => [`${name} was here until now:`, ...here.map((line) => `    ${line}`)]),
    ...gone.map(({ name }) => `${name} is gone from the export, and so goes here.`),
    ...stay.flatMap((each) => [`${each.name} stays as it is here (${each.change}):`, ...sides(each)]),
    ...pins.map(({ name, change }) => `The version of ${name}: ${change === 'changed on both' ? 'changed on both, stays' : change}.`),
  ]
  return [
    ...(lines.length > 0 ? lines : [Object.keys(found.manifest.servers).length === 0 ? '  no servers' : '  no change of a server']),
    ...(settings.length === 0 ? [] : ['Settings:', ...settings.map((line) => `  ${line}`)]),
    ...found.apart.flatMap(({ part, lines: each }) => [`Only if you confirm it apart, ${part}:`, ...each.map((line) => `  ${line}`)]),
    ...(others.length === 0 ? [] : [`Others can change this export: ${others.join('; ')}`]),
  ]
}

/** What an import leaves as it is here, each with the command that takes the export's. */
export const keptNotes = (dir: string, { compared }: ImportChanges): string[] =>
  compared.flatMap(({ kind, name, as, verdict }) => {
    const theirs = `mcp-twin import ${quoted(dir)} --theirs ${quoted(name)}`
    const what = kind === 'setting' ? `"${as}"` : as
    if (kind === 'pin') return verdict === 'both' ? [`the version of ${as} is another one here and stays: mcp-twin outdated`] : []
    if (verdict === 'both') return [`${what} is different here and stays as it is; to take the export's: ${theirs}`]
    if (verdict === 'away') return [`${what} was removed here and stays away; to bring it back: ${theirs}`]
    if (verdict === 'edited')
      return [
        `${what} is gone from the export but was changed here, so it stays${kind === 'server' ? `; to remove it: mcp-twin remove ${quoted(as)}` : ''}`,
      ]
    return []
  })
