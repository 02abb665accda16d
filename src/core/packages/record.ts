import type { LockedPackage } from '../../model/lock.ts'
import { isObject } from '../object.ts'

/** `installed.json` beside an installed package of ours: written once it is complete, before its folder gets its name. */
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
    if (!isObject(value)) return null
    const { name, version, integrity = null, scripts = [], scriptsRan = false } = value
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
  (locked.integrity === undefined || (record.integrity !== null && sameIntegrity(locked.integrity, record.integrity))) &&
  (!allowScripts || record.scriptsRan || record.scripts.length === 0)

/**
 * Whether two integrity texts (Subresource Integrity: blank-separated `algorithm-digest`) allow the same bytes and no
 * others: the strongest algorithm of both is one, with the same digests. A text with two digests allows two contents, and
 * npm verifies by the strongest algorithm only (W3C SRI, section 3.3.4), so that one digest in common says nothing.
 */
export function sameIntegrity(a: string, b: string): boolean {
  const [left, right] = [strongest(a), strongest(b)]
  return left !== null && right !== null && left.algorithm === right.algorithm && left.digests === right.digests
}

/** The strongest algorithm of an integrity text and its digests in one order. Null: none that npm knows. */
function strongest(text: string): { readonly algorithm: string; readonly digests: string } | null {
  const parts = text.split(/\s+/).map((each) => /^([^-]+)-([^?]*)/.exec(each))
  for (const algorithm of ['sha512', 'sha384', 'sha256', 'sha1']) {
    const digests = parts.flatMap((found) => (found?.[1] === algorithm ? [found[2] ?? ''] : []))
    if (digests.length > 0) return { algorithm, digests: [...new Set(digests)].sort().join(' ') }
  }
  return null
}

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
