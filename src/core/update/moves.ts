import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { wordsIn, wordsOf } from '../manifest/names.ts'
import { comparePython, isPython, parsePython, pythonWords, withoutPrefix } from '../packages/python.ts'
import { compareVersions } from '../packages/semver.ts'
import { isExact, parseWords } from '../packages/words.ts'

/** A package of the manifest and which versions of it there are. */
export interface Versions {
  readonly words: string
  readonly name: string
  /** Servers that start it. */
  readonly servers: readonly string[]
  /** Pinned now; null: not yet. */
  readonly now: LockedPackage | null
  /** The newest version in its range; null: unknown. */
  readonly wanted: LockedPackage | null
  /** The newest there is. */
  readonly latest: LockedPackage | null
  /** Why the registry was of no use. */
  readonly trouble: { readonly reason: string; readonly hint: string } | null
}

/** One package that goes from one version to another, on every side that has it. */
export interface Move {
  readonly words: string
  /** The manifest's package text afterwards; unchanged where the version is in its range. */
  readonly next: string
  readonly servers: readonly string[]
  readonly from: LockedPackage | null
  readonly to: LockedPackage
}

/** All package words of servers that are switched on, with the servers that say them; `only`: those of this server. */
export function wordsInUse(manifest: Manifest, only?: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [server, spec] of Object.entries(manifest.servers)) {
    if (spec.disabled === true) continue
    for (const words of new Set(wordsOf(spec))) found.set(words, [...(found.get(words) ?? []), server])
  }
  return only === undefined ? found : new Map([...found].filter(([, servers]) => servers.includes(only)))
}

/** What the registry's answers, asked for the words and for the bare names, mean for each. */
export function versionsOf(
  used: ReadonlyMap<string, readonly string[]>,
  lock: Lock,
  answers: Lock,
  troubles: readonly { readonly words: string; readonly reason: string; readonly hint: string }[],
): Versions[] {
  return [...used].map(([words, servers]) => {
    const bare = nameIn(words) ?? words
    const trouble = troubles.find((each) => each.words === words || each.words === bare) ?? null
    return {
      words,
      name: withoutPrefix(bare),
      servers,
      now: lock.packages[words] ?? null,
      wanted: answers.packages[words] ?? null,
      latest: answers.packages[bare] ?? null,
      trouble: trouble === null ? null : { reason: trouble.reason, hint: trouble.hint },
    }
  })
}

export const isNewer = (version: LockedPackage | null, than: LockedPackage | null): version is LockedPackage =>
  version !== null && (than === null || (version.python === undefined ? compareVersions : comparePython)(version.version, than.version) > 0)

/** The packages that are to move: to the newest within their words, or with `latest` to the newest at all. */
export function movesFor(versions: readonly Versions[], latest: boolean): Move[] {
  return versions.flatMap(({ words, servers, now, wanted, latest: newest }): Move[] => {
    const beyond = latest && isNewer(newest, wanted) ? newest : null
    const to = beyond ?? wanted
    if (!isNewer(to, now)) return []
    return [{ words, next: beyond === null ? words : wordsFor(words, beyond.version), servers, from: now, to }]
  })
}

/** The lock with these moves made. */
export const lockAfter = (lock: Lock, moves: readonly Move[]): Lock => ({
  ...lock,
  packages: { ...lock.packages, ...Object.fromEntries(moves.map(({ next, to }) => [next, to])) },
})

/** What changes in the manifest's words. */
export const changesFor = (manifest: Manifest, moves: readonly Move[]): ManifestChangeAt[] =>
  moves.flatMap(({ words, next, servers }) =>
    words === next
      ? []
      : servers.flatMap((server) => {
          const spec = manifest.servers[server]
          return spec === undefined ? [] : placesOf(server, spec, words, next)
        }),
  )

/** One value of the manifest that changes. */
interface ManifestChangeAt {
  readonly path: readonly string[]
  readonly value: string
}

/** Words of the manifest that let a version in which the present ones leave out; in the manner in which they are written. */
export function wordsFor(words: string, version: string): string {
  if (isPython(words)) return words.includes('@') ? `${nameIn(words) ?? words}@${version}` : words
  const parsed = parseWords(words)
  if ('refuse' in parsed || parsed.range === null) return words
  const { name, range } = parsed
  if (isExact(range)) return `${name}@${version}`
  const operator = /^([\^~])\s*v?\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.+-]*)?$/.exec(range)?.[1]
  if (operator !== undefined) return `${name}@${operator}${version}`
  // A tag goes where its authors take it; any other range becomes the usual one.
  return /^[A-Za-z]/.test(range) && !/^v\d/.test(range) && !/^[xX](?:\.|$)/.test(range) ? words : `${name}@^${version}`
}

/** The package's name alone, which stands for its latest version; null for words that name none. */
export function nameIn(words: string): string | null {
  if (isPython(words)) {
    const python = parsePython(withoutPrefix(words))
    return 'refuse' in python ? null : pythonWords(python.name)
  }
  const parsed = parseWords(words)
  return 'refuse' in parsed ? null : parsed.name
}

/** Returns every place of a server with this package text, and its new text. */
function placesOf(server: string, spec: ServerSpec, words: string, next: string): ManifestChangeAt[] {
  const key = isPython(words) ? 'pypi' : 'package'
  const value = withoutPrefix(next)
  const found: ManifestChangeAt[] = wordsIn(spec) === words ? [{ path: ['servers', server, key], value }] : []
  for (const [side, over] of Object.entries(spec.on ?? {}))
    if (wordsIn(over) === words) found.push({ path: ['servers', server, 'on', side, key], value })
  return found
}

/** The manifest as it would be with these changes. */
export function withPackages(manifest: Manifest, changes: readonly ManifestChangeAt[]): Manifest {
  const next = structuredClone(manifest)
  for (const { path, value } of changes) {
    const [, server = '', on, side = ''] = path
    const spec = next.servers[server]
    const target = on === 'on' ? spec?.on?.[side] : spec
    if (target !== undefined) target[path.at(-1) === 'pypi' ? 'pypi' : 'package'] = value
  }
  return next
}
