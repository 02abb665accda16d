import { createHash } from 'node:crypto'
import type { JsonValue } from '../../model/entry.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ImportRecord, State } from '../../model/state.ts'
import { lookUp } from '../lookup.ts'
import { wordsOf } from '../manifest/names.ts'
import { isObject } from '../object.ts'
import { isOff } from './incoming.ts'
import { baseAfter, judge, type ThreeWays, type ImportVerdict, withTheirs } from './three-way.ts'

/** One thing of an import and what becomes of it. */
export interface Compared {
  readonly kind: 'server' | 'setting' | 'pin'
  /** Its name in the export: a server's, a setting's path with dots, a package's words. */
  readonly name: string
  /** Its name here, which differs for a server that was renamed. */
  readonly as: string
  readonly verdict: ImportVerdict
}

/** What an import does. */
export interface ImportChanges {
  readonly changes: readonly (
    | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: JsonValue }
    | { readonly kind: 'remove'; readonly path: readonly string[] }
  )[]
  /** Pins of the lock that are the export's from now on. */
  readonly pins: Readonly<Record<string, LockedPackage>>
  readonly compared: readonly Compared[]
  /** What the next import compares with. */
  readonly record: ImportRecord
}

/** This computer as an import finds it. */
export interface ImportStanding {
  /** Null: there is no manifest yet. */
  readonly manifest: Manifest | null
  readonly lock: Lock
  /** What imports brought before, by folder. */
  readonly imported: Readonly<Record<string, ImportRecord>>
}

/** What comes: the part of an export that was confirmed, and its lock. */
export interface Coming {
  /** The folder that it comes from. */
  readonly from: string
  readonly manifest: Manifest
  readonly lock: Lock
  /** Settings that nobody confirmed. They and what is remembered of them stay. */
  readonly withheld: ReadonlySet<string>
  /** Names of servers and settings for which the export counts. */
  readonly theirs: ReadonlySet<string>
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : isObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value

/** SHA-256, in hex, of what a part says, whatever the order of its keys; null: it is not there. */
export const partDigest = (value: unknown): string | null =>
  value === undefined
    ? null
    : createHash('sha256')
        .update(JSON.stringify(sorted(JSON.parse(JSON.stringify(value)))))
        .digest('hex')

/** Settings that an export takes away from nobody: without them more would be open, or keys would be looked for elsewhere. */
const staying: readonly string[] = ['bridge', 'secrets']

const plainSettings = ['distros', 'secrets', 'launch', 'prefix'] as const

/** Settings by their paths, dots between names. */
function settingsOf(manifest: Manifest | null): Map<string, { readonly path: readonly string[]; readonly value: unknown }> {
  const found = new Map<string, { path: string[]; value: unknown }>()
  for (const [id, value] of Object.entries(manifest?.clients ?? {})) found.set(`clients.${id}`, { path: ['clients', id], value })
  for (const key of plainSettings) if (manifest?.[key] !== undefined) found.set(key, { path: [key], value: manifest[key] })
  return found
}

/** The bridge as it counts here: one that is merely off was set up by nobody. Where the store is, each computer says itself. */
export function bridgeHere({ bridge }: Manifest): Manifest['bridge'] {
  if (isOff(bridge)) return undefined
  const { store: _, ...rest } = bridge ?? {}
  return rest
}

/** The name here of a server that an import brought. */
export const nameHere = (record: ImportRecord | undefined, name: string): string => lookUp(record?.servers ?? {}, name)?.as ?? name

/** What imports remember after a server got another name here. */
export const renamedIn = (imported: State['imported'], old: string, fresh: string): State['imported'] =>
  imported === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(imported).map(([from, record]) => {
          const servers = Object.entries(record.servers).map(([name, each]) => {
            if ((each.as ?? name) !== old) return [name, each] as const
            return [name, { digest: each.digest, ...(fresh === name ? {} : { as: fresh }) }] as const
          })
          return [from, { ...record, servers: Object.fromEntries(servers) }]
        }),
      )

type Change = ImportChanges['changes'][number]

/** Collects what becomes of each thing. */
class Outcome {
  readonly changes: Change[] = []
  readonly compared: Compared[] = []

  decide(kind: Compared['kind'], [name, as]: readonly [string, string], ways: ThreeWays, isAsked: boolean): ImportVerdict {
    const judged = judge(ways)
    const verdict = isAsked ? withTheirs(judged) : judged
    if (verdict !== 'none') this.compared.push({ kind, name, as, verdict })
    return verdict
  }

  change(verdict: ImportVerdict, path: readonly string[], value: unknown): void {
    if (verdict === 'remove') this.changes.push({ kind: 'remove', path })
    if (verdict === 'add' || verdict === 'follow') this.changes.push({ kind: 'set', path, value: clone(value) })
  }
}

const clone = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue

/** Compares what an export brings with what is here and with what it brought last. */
export function compareImport(standing: ImportStanding, coming: Coming): ImportChanges {
  const record = lookUp(standing.imported, coming.from) ?? { servers: {}, settings: {}, pins: {} }
  const outcome = new Outcome()
  const { servers, words } = compareServers(standing, coming, record, outcome)
  const settings = [...compareSettings(standing.manifest, coming, record, outcome), ...compareBridge(standing, coming, record, outcome)]
  const { pins, taken } = comparePins(standing.lock, coming, record, words, outcome)
  return {
    changes: outcome.changes,
    compared: outcome.compared,
    pins: taken,
    record: { servers, settings: Object.fromEntries(settings), pins },
  }
}

/** `words`: the packages that start the same server here and there, and whether the export's version is asked for. */
function compareServers({ manifest, imported }: ImportStanding, coming: Coming, record: ImportRecord, outcome: Outcome) {
  const servers: [string, ImportRecord['servers'][string]][] = []
  const words = new Map<string, boolean>()
  const isKeptByOthers = (as: string): boolean =>
    Object.entries(imported).some(
      ([from, other]) => from !== coming.from && Object.entries(other.servers).some(([name, each]) => (each.as ?? name) === as),
    )
  for (const name of new Set([...Object.keys(coming.manifest.servers), ...Object.keys(record.servers)])) {
    const as = nameHere(record, name)
    const [theirs, mine] = [lookUp(coming.manifest.servers, name), lookUp(manifest?.servers ?? {}, as)]
    const base = lookUp(record.servers, name)?.digest ?? null
    const ways = { base, here: partDigest(mine), there: partDigest(theirs) }
    const isAsked = coming.theirs.has(name) || coming.theirs.has(as)
    // Another export still brings it.
    if (theirs === undefined && isKeptByOthers(as)) continue
    const verdict = outcome.decide('server', [name, as], ways, isAsked)
    outcome.change(verdict, ['servers', as], theirs)
    const digest = baseAfter(verdict, ways)
    if (digest !== null) servers.push([name, { digest, ...(as === name ? {} : { as }) }])
    const stays = verdict === 'mine' || verdict === 'both' ? mine : verdict === 'away' ? undefined : theirs
    if (theirs === undefined || stays === undefined) continue
    const own = wordsOf(stays)
    for (const each of wordsOf(theirs)) if (own.includes(each)) words.set(each, isAsked || words.get(each) === true)
  }
  return { servers: Object.fromEntries(servers), words }
}

/** Returns what is remembered of each setting but the bridge. */
function compareSettings(manifest: Manifest | null, coming: Coming, record: ImportRecord, outcome: Outcome): [string, string][] {
  const kept: [string, string][] = []
  const [have, get] = [settingsOf(manifest), settingsOf(coming.manifest)]
  for (const name of new Set([...get.keys(), ...Object.keys(record.settings)])) {
    if (name === 'bridge') continue
    const [mine, theirs] = [have.get(name), get.get(name)]
    const base = lookUp(record.settings, name) ?? null
    if (coming.withheld.has(name) || (theirs === undefined && staying.includes(name))) {
      if (base !== null) kept.push([name, base])
      continue
    }
    const ways = { base, here: partDigest(mine?.value), there: partDigest(theirs?.value) }
    const verdict = outcome.decide('setting', [name, name], ways, coming.theirs.has(name))
    outcome.change(verdict, theirs?.path ?? mine?.path ?? [], theirs?.value)
    const digest = baseAfter(verdict, ways)
    if (digest !== null) kept.push([name, digest])
  }
  return kept
}

/** Returns what is remembered of the bridge. */
function compareBridge(
  { manifest }: ImportStanding,
  { manifest: { bridge: theirs }, withheld, theirs: asked }: Coming,
  record: ImportRecord,
  outcome: Outcome,
): [string, string][] {
  const base = lookUp(record.settings, 'bridge') ?? null
  const remembered = (digest: string | null): [string, string][] => (digest === null ? [] : [['bridge', digest]])
  if (theirs === undefined) return remembered(base)
  if (withheld.has('bridge') || isOff(theirs)) {
    if (manifest === null) outcome.change('add', ['bridge'], theirs)
    return remembered(base)
  }
  const here = manifest === null ? undefined : bridgeHere(manifest)
  const ways = { base: manifest === null ? null : base, here: partDigest(here), there: partDigest(theirs) }
  const verdict = outcome.decide('setting', ['bridge', 'bridge'], ways, asked.has('bridge'))
  const store = manifest?.bridge?.store
  outcome.change(verdict, ['bridge'], { ...theirs, ...(store === undefined ? {} : { store }) })
  return remembered(baseAfter(verdict, ways))
}

function comparePins(lock: Lock, coming: Coming, record: ImportRecord, words: ReadonlyMap<string, boolean>, outcome: Outcome) {
  const pins: [string, string][] = []
  const taken: [string, LockedPackage][] = []
  for (const [each, isAsked] of words) {
    const [mine, theirs] = [lookUp(lock.packages, each), lookUp(coming.lock.packages, each)]
    if (theirs === undefined) continue
    // A pin that is missing here was taken out by nobody.
    const base = mine === undefined ? null : (lookUp(record.pins, each) ?? null)
    const ways = { base, here: partDigest(mine), there: partDigest(theirs) }
    const verdict = outcome.decide('pin', [each, each], ways, isAsked)
    if (verdict === 'add' || verdict === 'follow') taken.push([each, theirs])
    const digest = baseAfter(verdict, ways)
    if (digest !== null) pins.push([each, digest])
  }
  return { pins: Object.fromEntries(pins), taken: Object.fromEntries(taken) }
}
