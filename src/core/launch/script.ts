import type { Environment, World } from '../../model/environment.ts'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import { folderName, layout, packageFolder } from '../layout.ts'
import { isWindows, joinPath } from '../paths.ts'
import { folderInPrefix } from '../packages/place.ts'
import { prefixOn, programOf } from './package.ts'

/** What reading an entry back may know besides the entry. */
export interface NeutralContext {
  /** The side whose config it stands in. */
  readonly environment: Environment
  readonly world: World
  readonly home: Environment
  readonly lock: Lock
  folders(environment: string): NativePath | null
  readonly manifest?: Manifest
  /** The server of the manifest that the entry belongs to, where that is known. */
  readonly name?: string
  /** What a package's own `package.json` says, from its folder on that side; null: unreadable. */
  installed?(environment: Environment, folder: NativePath): LockedPackage | null
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
  return [server?.package, ...Object.values(server?.on ?? {}).map((over) => over.package)].filter((words) => words !== undefined)
}

/** How the manifest calls this exact version: in the server's own words, or those of any other; else by the version itself. */
export function wordsFor(name: string, version: string, context: NeutralContext, from: 'server' | 'manifest'): string {
  const fits = (words: string): boolean => {
    const locked = Object.hasOwn(context.lock.packages, words) ? context.lock.packages[words] : undefined
    return locked?.name === name && locked.version === version
  }
  const all = Object.values(context.manifest?.servers ?? {}).map((server) => server.package ?? '')
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

type PackageSpec = Pick<ServerSpec, 'package' | 'bin'>

const split = /^((?:@[^/]+\/)?[^/]+)\/(.+)$/

/** A script in a folder of ours: `npm/<name>@<version>/node_modules/<name>/…`. The version stands in the path. */
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

/** Is this our launcher on that side, or our launcher as a project's file names it? */
export function isLauncher(side: Environment, script: string, folder: NativePath | null): boolean {
  if (folder !== null && flat(side, script) === flat(side, layout(side, folder).launcher)) return true
  return new RegExp(`[\\\\/]${folderName.replace('.', '\\.')}[\\\\/]bin[\\\\/]mcp-twin\\.mjs$`).test(script)
}
