import type { LockedPackage } from '../../model/lock.ts'

/** What stands in `installed.json` beside an installed package of ours: written when it was whole, before its folder got its name. */
export interface InstalledRecord {
  readonly name: string
  readonly version: string
  readonly integrity: string | null
  /** Packages of its tree that declare install scripts: `name@version`. */
  readonly scripts: readonly string[]
  /** Whether those scripts have been run. */
  readonly scriptsRan: boolean
}

/** Reads a record; null for anything that is none. */
export function readRecord(text: string): InstalledRecord | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const { name, version, integrity = null, scripts = [], scriptsRan = false } = value as Record<string, unknown>
    if (typeof name !== 'string' || typeof version !== 'string' || !Array.isArray(scripts)) return null
    return {
      name,
      version,
      integrity: typeof integrity === 'string' ? integrity : null,
      scripts: scripts.map(String),
      scriptsRan: scriptsRan === true,
    }
  } catch {
    return null
  }
}

/** Whether what was installed is what the lock pins, with its scripts run if they are wanted. */
export const meets = (record: InstalledRecord, locked: LockedPackage, allowScripts: boolean): boolean =>
  record.name === locked.name &&
  record.version === locked.version &&
  (locked.integrity === undefined || record.integrity === null || sameIntegrity(locked.integrity, record.integrity)) &&
  (!allowScripts || record.scriptsRan || record.scripts.length === 0)

/**
 * Whether two integrity texts speak of the same bytes (Subresource Integrity: blank-separated `algorithm-digest`).
 * Compared by the strongest algorithm that both have; none in common means no.
 */
export function sameIntegrity(a: string, b: string): boolean {
  const [left, right] = [byAlgorithm(a), byAlgorithm(b)]
  const common = ['sha512', 'sha384', 'sha256', 'sha1'].find((algorithm) => left.has(algorithm) && right.has(algorithm))
  return common !== undefined && left.get(common) === right.get(common)
}

const byAlgorithm = (text: string): Map<string, string> =>
  new Map(
    text.split(/\s+/).flatMap((each) => {
      const hyphen = each.indexOf('-')
      return hyphen < 0 ? [] : [[each.slice(0, hyphen), each.slice(hyphen + 1).split('?')[0] ?? ''] as const]
    }),
  )

/** What npm notes about its tree in `node_modules/.package-lock.json`, as far as we look. */
export interface TreeNote {
  readonly version: string | undefined
  readonly integrity: string | undefined
  readonly scripts: readonly string[]
}

/** The note about one package of a tree, and which packages of the whole tree declare install scripts. Null: npm left none. */
export function readTree(text: string, name: string): TreeNote | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  const packages = isObject(parsed) && isObject(parsed.packages) ? parsed.packages : null
  if (packages === null) return null
  const own = packages[`node_modules/${name}`]
  const scripts = Object.entries(packages).flatMap(([path, each]) =>
    isObject(each) && each.hasInstallScript === true
      ? [`${path.slice(path.lastIndexOf('node_modules/') + 13)}@${String(each.version)}`]
      : [],
  )
  const textOf = (key: string): string | undefined => (isObject(own) && typeof own[key] === 'string' ? own[key] : undefined)
  return { version: textOf('version'), integrity: textOf('integrity'), scripts: [...new Set(scripts)].sort() }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
