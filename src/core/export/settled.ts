import type { Manifest } from '../../model/manifest.ts'
import type { ImportRecord } from '../../model/state.ts'
import { lookUp } from '../lookup.ts'
import { bridgeHere, nameHere, partDigest } from './compare.ts'
import { apartOf, type ExportPart, type Incoming } from './incoming.ts'

/** Which settings of the manifest a part that is confirmed apart is. */
const settingOf: Partial<Record<ExportPart, string>> = { 'secrets.command': 'secrets', bridge: 'bridge' }

/** The settings among parts that were not confirmed. */
export const withheldBy = (declined: Iterable<ExportPart>): ReadonlySet<string> =>
  new Set([...declined].flatMap((part) => settingOf[part] ?? []))

/** What comes without what needs no confirmation: it stands here already, or is as the import before brought it. */
export function unsettled(found: Incoming, present: Manifest | null, record: ImportRecord | undefined): Incoming {
  if (present === null) return found
  const { servers, secrets, bridge } = found.manifest
  const stands = Object.keys(servers).filter(
    (name) => partDigest(servers[name]) === partDigest(lookUp(present.servers, nameHere(record, name))),
  )
  const isKnown = (key: 'secrets' | 'bridge', value: unknown, here: unknown): boolean =>
    [partDigest(here), lookUp(record?.settings ?? {}, key)].includes(partDigest(value) ?? '')
  const { secrets: _, bridge: __, ...rest } = found.manifest
  const left = apartOf({
    ...rest,
    servers: Object.fromEntries(Object.entries(servers).filter(([name]) => !stands.includes(name))),
    ...(secrets === undefined || isKnown('secrets', secrets, present.secrets) ? {} : { secrets }),
    ...(bridge === undefined || isKnown('bridge', bridge, bridgeHere(present)) ? {} : { bridge }),
  })
  return { ...found, apart: [...left, ...found.apart.filter(({ part }) => part === 'memory')], stands: new Set(stands) }
}
