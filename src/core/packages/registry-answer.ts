import type { LockedPackage } from '../../model/lock.ts'
import { binTrouble, isProgramName } from './lock-rules.ts'
import { compareVersions } from './semver.ts'
import { isExact } from './words.ts'

/** The fields that are asked of `npm view`, in its own spelling. */
export const viewFields = ['name', 'version', 'dist.integrity', 'dist.shasum', 'bin', 'engines', 'scripts', 'deprecated'] as const

type Fields = Readonly<Record<string, unknown>>

/**
 * What `npm view NAME@RANGE … --json` printed, as the one version to pin: the newest that fits, and of those one
 * that its authors have not deprecated if there is any. npm prints an object for one match and a list for several,
 * in the registry's order, which is not that of the versions. Null: nothing of the package called `name` is in it.
 */
export function readAnswer(name: string, json: string): LockedPackage | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return null
  }
  const found = (Array.isArray(parsed) ? parsed : [parsed]).filter(isFields).filter((each) => each.name === name && isVersion(each.version))
  const wanted = found.filter((each) => !each.deprecated)
  const newest = (wanted.length > 0 ? wanted : found).reduce<Fields | null>(
    (best, each) => (best === null || compareVersions(String(each.version), String(best.version)) > 0 ? each : best),
    null,
  )
  return newest === null ? null : locked(name, newest)
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isVersion = (value: unknown): boolean => typeof value === 'string' && isExact(value)

function locked(name: string, fields: Fields): LockedPackage {
  const integrity = fields['dist.integrity'] ?? integrityOf(fields['dist.shasum'])
  const engines = isFields(fields.engines) ? fields.engines.node : undefined
  const scripts = isFields(fields.scripts) ? fields.scripts : {}
  return {
    name,
    version: String(fields.version),
    ...(typeof integrity === 'string' ? { integrity } : {}),
    bin: readPrograms(name, fields.bin),
    ...(typeof engines === 'string' ? { engines } : {}),
    scripts: ['preinstall', 'install', 'postinstall'].some((script) => typeof scripts[script] === 'string'),
  }
}

/** Registries that know no integrity say the SHA-1 of the archive in hex. */
const integrityOf = (shasum: unknown): string | undefined =>
  typeof shasum === 'string' && /^[0-9a-f]{40}$/i.test(shasum) ? `sha1-${Buffer.from(shasum, 'hex').toString('base64')}` : undefined

/** The `bin` of a package: a map, or one path that bears the package's name without its scope. Paths that lead out of the package are dropped. */
export function readPrograms(name: string, bin: unknown): Record<string, string> {
  const short = name.slice(name.indexOf('/') + 1)
  const entries = typeof bin === 'string' ? [[short, bin] as const] : isFields(bin) ? Object.entries(bin) : []
  const programs: Record<string, string> = {}
  for (const [program, path] of entries) {
    if (typeof path !== 'string') continue
    const parts = path.split(/[\\/]/).filter((each) => each !== '' && each !== '.')
    const isAbsolute = /^(?:[\\/]|[A-Za-z]:)/.test(path)
    if (!isAbsolute && isProgramName(program) && binTrouble(parts.join('/')) === null) programs[program] = parts.join('/')
  }
  return programs
}
