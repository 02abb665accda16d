import type { Environment, World } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { native, type NativePath } from '../../model/path.ts'
import { folderName, layout, packageFolder } from '../layout.ts'
import { folderInPrefix, packagePlace, type PackagePrefix } from '../packages/place.ts'
import { wordsOf } from '../manifest/names.ts'
import { isPythonName, isPythonVersion, pythonWords, withoutPrefix } from '../packages/python.ts'
import { meansEnvironment } from '../participants.ts'
import { isWindows, joinPath } from '../paths.ts'

/** Where packages of a side go: a folder of ours, or an npm prefix (`npm prefix -g` there, or the path that the manifest names). */
export function prefixOn(manifest: Pick<Manifest, 'prefix'>, environment: Environment): PackagePrefix {
  const { prefix = 'own' } = manifest
  const word =
    typeof prefix === 'string' ? prefix : (Object.entries(prefix).find(([key]) => meansEnvironment(key, environment))?.[1] ?? 'own')
  if (word === 'own') return { kind: 'own' }
  return { kind: 'npm', path: word === 'global' ? (environment.prefix ?? null) : native(word) }
}

/** Where the files of a package are on that side; null when the side has no such place. */
export function packageFiles(
  manifest: Pick<Manifest, 'prefix'>,
  environment: Environment,
  folder: NativePath | null,
  locked: Pick<LockedPackage, 'name' | 'version' | 'python'>,
): NativePath | null {
  const prefix = prefixOn(manifest, environment)
  if (prefix.kind === 'own' && folder === null) return null
  return packagePlace(environment, folder ?? environment.home, locked, prefix)?.files ?? null
}

/** The last part of a package's name, which npx takes for the name of its program. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Which program of a package is meant: the one that is named, else the one named like the package, else the only one. */
export function programOf(
  locked: LockedPackage,
  bin: string | undefined,
): { readonly name: string; readonly path: string } | { readonly trouble: string } {
  const names = Object.keys(locked.bin)
  const name = bin ?? (names.includes(lastPart(locked.name)) ? lastPart(locked.name) : names.length === 1 ? names[0] : undefined)
  const path = name === undefined ? undefined : Object.hasOwn(locked.bin, name) ? locked.bin[name] : undefined
  if (name !== undefined && path !== undefined) return { name, path: path.replace(/^(?:\.?\/)+/, '') }
  if (names.length === 0) return { trouble: `${locked.name} ${locked.version} has no program to start` }
  const choices = names.join(', ')
  return {
    trouble:
      name === undefined ? `${locked.name} has several programs: ${choices}` : `${locked.name} has no program "${name}"; it has ${choices}`,
  }
}

/** What reading an entry back may know besides the entry. */
export interface NeutralContext {
  /** The side whose config holds it. */
  readonly environment: Environment
  readonly world: World
  readonly home: Environment
  readonly lock: Lock
  folders(environment: string): NativePath | null
  readonly manifest?: Manifest
  /** The server of the manifest that the entry belongs to, where that is known. */
  readonly name?: string
  /** Reads a package's own `package.json` from its folder on that side; null: unreadable. */
  installed?(environment: Environment, folder: NativePath): LockedPackage | null
  /** Whether `uvx NAME` there is to become a Python package of ours; absent: it stays as typed. */
  hasUv?(environment: Environment): boolean
}

/** A path with forward slashes, and in one case where the side tells none apart, for comparing. */
const flat = (side: Environment, path: string): string => {
  const text = joinPath(side, path).replaceAll('\\', '/')
  return isWindows(side) ? text.toLowerCase() : text
}

/** What is left of a path below a folder, in the path's own letters; null when it does not lie there. */
function rest(side: Environment, path: string, folder: string): string | null {
  const [inner, outer] = [flat(side, path), `${flat(side, folder).replace(/\/$/, '')}/`]
  return inner.startsWith(outer) ? joinPath(side, path).replaceAll('\\', '/').slice(outer.length) : null
}

/** A server of the manifest by its name, `constructor` and its like included. */
export const serverNamed = (manifest: Manifest | undefined, name: string | undefined): ServerSpec | undefined =>
  manifest !== undefined && name !== undefined && Object.hasOwn(manifest.servers, name) ? manifest.servers[name] : undefined

/** Words of the server itself in the manifest, on any side. */
function ownWords({ manifest, name }: NeutralContext): string[] {
  const server = serverNamed(manifest, name)
  return server === undefined ? [] : wordsOf(server)
}

/** How the manifest calls this exact version: in the server's own words, or those of any other; else by the version itself. */
export function wordsFor(name: string, version: string, context: NeutralContext, from: 'server' | 'manifest'): string {
  const fits = (words: string): boolean => {
    const locked = Object.hasOwn(context.lock.packages, words) ? context.lock.packages[words] : undefined
    return locked?.name === name && locked.version === version
  }
  const all = Object.values(context.manifest?.servers ?? {}).flatMap(wordsOf)
  const known = from === 'server' ? ownWords(context) : [...ownWords(context), ...all, ...Object.keys(context.lock.packages)]
  return known.find(fits) ?? `${name}@${version}`
}

const sameFile = (side: Environment, a: string, b: string): boolean => {
  const [one, other] = [a, b].map((path) => path.replace(/^(?:\.?\/)+/, ''))
  return isWindows(side) ? one?.toLowerCase() === other?.toLowerCase() : one === other
}

/** The program of a package whose file this is, where it is not the one that is meant anyway; null: it is none of its programs. */
function programFor(side: Environment, locked: LockedPackage, file: string): { readonly bin?: string } | null {
  const found = Object.entries(locked.bin).filter(([, path]) => sameFile(side, path, file))
  const usual = programOf(locked, undefined)
  if ('path' in usual && sameFile(side, usual.path, file)) return {}
  const [first] = found
  return first === undefined ? null : { bin: first[0] }
}

export type PackageSpec = Pick<ServerSpec, 'package' | 'pypi' | 'bin'>

const split = /^((?:@[^/]+\/)?[^/]+)\/(.+)$/

/** A script in a folder of ours: `npm/<name>@<version>/node_modules/<name>/…`. The path holds the version. */
function inOwnFolder(side: Environment, script: string, context: NeutralContext): PackageSpec | null {
  const folder = context.folders(side.id)
  const below =
    (folder === null ? null : rest(side, script, layout(side, folder).npm)) ??
    new RegExp(`[\\\\/]${folderName.replace('.', '\\.')}[\\\\/]npm[\\\\/](.+)$`).exec(script)?.[1]?.replaceAll('\\', '/')
  const [, prefix = '', tail = ''] = /^([^/]+)\/node_modules\/(.+)$/.exec(below ?? '') ?? []
  const [, name = '', file = ''] = split.exec(tail) ?? []
  const version = prefix.slice(prefix.lastIndexOf('@') + 1)
  if (name === '' || prefix !== packageFolder(name, version)) return null
  const locked = Object.values(context.lock.packages).find((each) => each.name === name && each.version === version)
  const facts = locked ?? context.installed?.(side, native(joinPath(side, script.slice(0, script.length - file.length)))) ?? null
  const words = wordsFor(name, version, context, 'manifest')
  if (facts === null) return { package: words }
  const program = programFor(side, facts, file)
  return program === null ? null : { package: words, ...program }
}

/** A console script in a folder of ours: `pypi/<name>@<version>/…/bin/…`; null: somebody's own program. */
export function pythonOfScript(side: Environment, program: string, context: NeutralContext): PackageSpec | null {
  const folder = context.folders(side.id)
  const below =
    (folder === null ? null : rest(side, program, layout(side, folder).pypi)) ??
    new RegExp(`[\\\\/]${folderName.replace('.', '\\.')}[\\\\/]pypi[\\\\/](.+)$`).exec(program)?.[1]?.replaceAll('\\', '/')
  const [, name = '', version = '', file = ''] = /^([a-z0-9-]+)@([^/@]+)\/(?:tools\/\1\/)?bin\/([^/]+)$/.exec(below ?? '') ?? []
  if (!isPythonName(name) || !isPythonVersion(version)) return null
  const bin = isWindows(side) ? file.replace(/\.exe$/i, '') : file
  const found = Object.entries(context.lock.packages).filter(
    ([, each]) => each.python !== undefined && each.name === name && each.version === version,
  )
  const own = ownWords(context)
  const [words, locked] = found.find(([each]) => own.includes(each)) ?? found[0] ?? [pythonWords(`${name}@${version}`), undefined]
  const usual = locked === undefined ? { name } : programOf(locked, undefined)
  return { pypi: withoutPrefix(words), ...('name' in usual && usual.name === bin ? {} : { bin }) }
}

/** A script in an npm prefix of that side. Its version is not in the path: the lock or the package itself must say it. */
function inPrefix(side: Environment, script: string, context: NeutralContext): PackageSpec | null {
  const named = context.manifest === undefined ? null : prefixOn(context.manifest, side)
  const managed = named?.kind === 'npm' ? named.path : null
  for (const prefix of [managed, side.prefix ?? null]) {
    const below = prefix === null ? null : rest(side, script, folderInPrefix(side, prefix, ''))
    const [, name = '', file = ''] = split.exec(below ?? '') ?? []
    if (prefix === null || name === '') continue
    const ours =
      managed === prefix
        ? Object.values(context.lock.packages).find((each) => each.name === name && programFor(side, each, file) !== null)
        : undefined
    const facts = ours ?? context.installed?.(side, folderInPrefix(side, prefix, name)) ?? null
    if (facts === null) return { package: name }
    const program = programFor(side, facts, file)
    return program === null ? null : { package: wordsFor(facts.name, facts.version, context, 'manifest'), ...program }
  }
  return null
}

/** The package whose script this is, where its folder says so beyond doubt; null: somebody's own script. */
export const packageOfScript = (side: Environment, script: string, context: NeutralContext): PackageSpec | null =>
  inOwnFolder(side, script, context) ?? inPrefix(side, script, context)

/**
 * What node is given where a config knows no word for home: it starts the launcher of whoever runs it. Without double quotes, dollars
 * and backslashes, so that it reads the same in every format.
 */
export const launcherByHome: readonly [string, string] = [
  '-e',
  `const p=require('node:path').join(require('node:os').homedir(),'${folderName}','bin','mcp-twin.mjs');process.argv.splice(1,0,p);import(require('node:url').pathToFileURL(p))`,
]

/** The words behind our launcher; null where the launch starts something else. */
export function launcherWords(side: Environment, args: readonly string[], folder: NativePath | null): readonly string[] | null {
  const [first = '', second, ...rest] = args
  if (first === launcherByHome[0]) return second === launcherByHome[1] ? rest : null
  return isLauncher(side, first, folder) ? args.slice(1) : null
}

/** Is this our launcher on that side, or our launcher as a project's file names it? */
function isLauncher(side: Environment, script: string, folder: NativePath | null): boolean {
  if (folder !== null && flat(side, script) === flat(side, layout(side, folder).launcher)) return true
  return new RegExp(`[\\\\/]${folderName.replace('.', '\\.')}[\\\\/]bin[\\\\/]mcp-twin\\.mjs$`).test(script)
}
