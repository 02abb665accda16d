import type { Environment } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { quoted } from '../doctor/names.ts'
import { secretNames } from '../keys/naming.ts'
import { serverOn, wordFor } from '../launch/side.ts'
import { wordsOf } from '../manifest/names.ts'
import { meansEnvironment } from '../participants.ts'
import {
  type EntryPlace,
  type UnmanagedEntry,
  type ImportContext,
  placeOf,
  type ReadEntry,
  readEntry,
  sideOf as startSideOf,
} from './found.ts'
import { conflictNote, type KeyConflict, keyConflicts } from './key-conflicts.ts'
import { overrideFor, type SideServer, unify } from './unify.ts'

export type { EntryPlace, UnmanagedEntry, ImportContext } from './found.ts'
export type { KeyConflict } from './key-conflicts.ts'

export interface ImportOptions extends ImportContext {
  /** The environments that take part: a server that all of them have needs no `only`. */
  readonly sides: readonly Environment[]
  /** Keys that the store has already. */
  key(name: string): Secret<string> | null
  /** For a project's manifest, whose files serve every side: where a server was found or runs has no place in it. */
  readonly inProject?: boolean
  /** Servers that are wanted on every side, wherever they came from. */
  everywhere?(name: string): boolean
  /** Package words that the registry does not have, and why: an entry with one stays the person's own. */
  readonly absent?: ReadonlyMap<string, string>
  /** The right values of names that came with several. */
  readonly settled?: ReadonlyMap<string, Secret<string>>
}

export interface Imported {
  /** New servers of the manifest, in the order they were met. */
  readonly servers: Readonly<Record<string, ServerSpec>>
  /** Keys that were found and are not in the store yet. */
  readonly secrets: readonly { readonly name: string; readonly value: Secret<string> }[]
  /** Entries that are ours from now on, with the digest of what they say: the next plan may rewrite them. */
  readonly adopted: readonly (EntryPlace & { readonly server: string; readonly digest: string })[]
  /** Entries that stay as they are, and why. */
  readonly unmanaged: readonly (EntryPlace & { readonly reason: string })[]
  /** Entries that belong to what the manifest has already, and why those stay that the plan does not manage. */
  readonly known: readonly (EntryPlace & { readonly reason: string })[]
  readonly notes: readonly string[]
  /** Names of keys that came with several values, which are kept apart. */
  readonly conflicts: readonly KeyConflict[]
}

type Read = Extract<ReadEntry, { kind: 'server' }>

const same = (a: ServerSpec, b: ServerSpec): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)])
}

/**
 * Servers for the manifest out of the entries that clients have: the same on both sides becomes one, one name that
 * differs becomes one with `on`, keys move out. Nothing is lost: what fits into no server stays where it is.
 */
export function importServers(found: readonly UnmanagedEntry[], options: ImportOptions): Imported {
  const names = secretNames((name) => options.key(name), options.settled)
  const read = found.map((each) => readEntry(each, options, names))
  const groups = new Map<string, Read[]>()
  for (const each of read) if (each.kind === 'server') groups.set(each.found.name, [...(groups.get(each.found.name) ?? []), each])
  const unmanaged = read.flatMap((each) => (each.kind === 'left' ? [{ ...placeOf(each.found), reason: each.reason }] : []))
  const known = read.flatMap((each) => (each.kind === 'ours' ? [{ ...placeOf(each.found), reason: each.reason }] : []))
  const servers: [string, ServerSpec][] = []
  const adopted: Imported['adopted'][number][] = []
  const notes: string[] = []
  for (const [name, entries] of groups) {
    const absence = (each: Read): string | null => wordsOf(each.server).flatMap((words) => options.absent?.get(words) ?? [])[0] ?? null
    const there = entries.filter((each) => absence(each) === null)
    const gone = entries.filter((each) => !there.includes(each))
    unmanaged.push(...gone.map((each) => ({ ...placeOf(each.found), reason: absence(each) ?? '' })))
    if (there.length === 0) {
      notes.push(`${name}: the registry does not have its package; correct it where it stands, then: mcp-twin init`)
      continue
    }
    const made = importOne(name, there, gone, options)
    servers.push([name, made.server])
    adopted.push(...made.adopted.map((each) => ({ ...placeOf(each.found), server: name, digest: each.digest })))
    unmanaged.push(...made.left.map((each) => ({ ...placeOf(each.found), reason: `it differs from the ${name} of your other programs` })))
    notes.push(...made.notes, ...made.adopted.flatMap((each) => each.notes))
  }
  const wanted = new Set(JSON.stringify(servers).match(/\$\{secret:[^{}]*\}/g))
  const secrets = [...names.taken]
    .filter(([name]) => wanted.has(`\${secret:${name}}`))
    .map(([name, value]) => ({ name, value: new Secret(value) }))
  const conflicts = keyConflicts(read, names, { hasTwin: options.sides.length > 1, stored: (name) => options.key(name) })
  notes.push(...conflicts.map((each) => conflictNote(each, (key) => wanted.has(`\${secret:${key}}`) || !names.taken.has(key))))
  return { servers: Object.fromEntries(servers), secrets, adopted, unmanaged, known, notes: [...new Set(notes)], conflicts }
}

interface One {
  readonly server: ServerSpec
  readonly adopted: readonly Read[]
  readonly left: readonly Read[]
  readonly notes: readonly string[]
}

const sideOf = (read: Read): string => startSideOf(read.found).id

function firstOfEach(entries: readonly Read[]): Map<string, Read> {
  const firsts = new Map<string, Read>()
  for (const each of entries) if (!firsts.has(sideOf(each))) firsts.set(sideOf(each), each)
  return firsts
}

/** `gone`: entries of that name whose package cannot be had; their programs are left out. */
function importOne(name: string, entries: readonly Read[], gone: readonly Read[], options: ImportOptions): One {
  const notes: string[] = []
  const lacking = new Set(gone.map(({ found }) => found.client.id).filter((id) => !entries.some(({ found }) => found.client.id === id)))
  // On one side the first client speaks for all: one that says something else keeps its own entry, and is left out.
  const spoken = firstOfEach(entries)
  const odd = new Set(
    entries.filter((each) => !same(each.server, (spoken.get(sideOf(each)) ?? each).server)).map((each) => each.found.client.id),
  )
  const firsts = firstOfEach(entries.filter((each) => !odd.has(each.found.client.id)))
  const sides = [...firsts.values()].sort((a, b) => Number(sideOf(b) === options.home.id) - Number(sideOf(a) === options.home.id))
  const joined = joinSides(name, sides, options, notes)
  const kept = entries.filter((each) => !odd.has(each.found.client.id) && !joined.apart.includes(sideOf(each)))
  const left = entries.filter((each) => !kept.includes(each))
  for (const id of odd) notes.push(`${name}: that of ${id} differs from the ${name} of your other programs, so it stays as it is`)
  const ids = sides.map(sideOf).filter((id) => !joined.apart.includes(id))
  const everywhere =
    options.inProject === true || options.everywhere?.(name) === true || options.sides.every((side) => ids.includes(side.id))
  const only = everywhere
    ? []
    : options.sides
        .concat(sides.map((each) => startSideOf(each.found)))
        .filter((side, at, all) => ids.includes(side.id) && all.findIndex((each) => each.id === side.id) === at)
  const except = [...odd, ...lacking, ...(everywhere ? joined.apart : [])]
  for (const id of lacking)
    notes.push(
      `${name}: ${id} asks for a package that the registry does not have, so its own entry stays. To have it there as elsewhere: mcp-twin enable ${quoted(name)} --client ${id} --no-sync, then: mcp-twin sync --force`,
    )
  const places = {
    ...(only.length === 0 ? {} : { only: only.map((side) => wordFor(side, options.world)) }),
    ...(except.length === 0 ? {} : { except }),
  }
  return { server: { ...joined.server, ...places }, adopted: kept, left, notes }
}

/** One server for all sides that have it; `apart` are the sides that no one server can speak for. */
function joinSides(
  name: string,
  sides: readonly Read[],
  { world, home, inProject }: ImportOptions,
  notes: string[],
): { server: ServerSpec; apart: string[] } {
  const [first, second, ...more] = sides
  if (first === undefined) return { server: {}, apart: [] }
  const of = (read: Read, server = read.server): SideServer => ({ side: startSideOf(read.found), server })
  // Across the border a project's file reaches as it is typed, or not at all.
  if (second === undefined) return { server: inProject === true ? first.typed : first.server, apart: [] }
  const [a, b] = inOnePlace(of(first), of(second))
  const unified = unify(a, b, world, home, name) ?? unify(of(first, first.typed), of(second, second.typed), world, home, name)
  if (unified === null) return { server: first.server, apart: sides.slice(1).map(sideOf) }
  notes.push(...unified.notes)
  let server = unified.server
  const apart: string[] = []
  for (const each of more) {
    const side = startSideOf(each.found)
    const { on: _, ...base } = server
    if (same(serverOn(server, side), each.typed)) continue
    const over = overrideFor(serverOn(base, side), each.typed)
    if (over === null) apart.push(side.id)
    else server = { ...server, on: { ...server.on, [wordFor(side, world)]: over } }
  }
  return { server, apart }
}

/** Where one side reaches across to the very place where the other runs it, both say so in the same word. */
function inOnePlace(a: SideServer, b: SideServer): [SideServer, SideServer] {
  const word = a.server.runIn ?? b.server.runIn
  if (word === undefined || a.server.runIn === b.server.runIn) return [a, b]
  const [across, native] = a.server.runIn === undefined ? [b, a] : [a, b]
  if (native.server.runIn !== undefined || !meansEnvironment(word, native.side) || across.server.runIn !== word) return [a, b]
  const joined = { side: native.side, server: { ...native.server, runIn: word } }
  return a === native ? [joined, across] : [across, joined]
}
