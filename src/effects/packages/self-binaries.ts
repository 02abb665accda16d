import { arch } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { filesIn } from '../../core/packages/place.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, reachable, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { versionAt } from './installed.ts'
import type { NpmTrouble } from '../../core/packages/trouble.ts'
import { joinPath } from '../../core/paths.ts'
import { reach } from './leftovers.ts'
import { callNpm } from './npm.ts'
import { decodeConsole } from '../machine/console.ts'
import { programOn } from '../machine/program.ts'

/** A package with binaries for one platform, in the exact version that our package.json names. */
export interface Binary {
  /** `@acme/tool-win32-x64`. */
  readonly name: string
  readonly version: string
  /** Its name without the platform: `@acme/tool`. A side needs one of each kind. */
  readonly kind: string
  readonly arch: string
  /** The C library of Linux that it was built for, where it is for one. */
  readonly libc?: 'gnu' | 'musl'
}

/** `process.platform` on each kind of side. */
const platforms = { windows: 'win32', wsl: 'linux', linux: 'linux', macos: 'darwin' } as const

/**
 * Returns the optional dependencies of a package.json for one platform. By npm convention their names end in
 * `process.platform` and `process.arch`, some in the C library or ABI after them; others are left out.
 */
export function binariesFor(packageJson: string, platform: string): Binary[] {
  const { optionalDependencies: optional = {} }: { optionalDependencies?: Record<string, string> } = JSON.parse(packageJson)
  return Object.entries(optional).flatMap(([name, version]) => {
    const [, kind, system, forArch, abi] = /^(.+)[-/](win32|linux|darwin)-([a-z0-9]+)(?:-(gnu|musl|msvc))?$/.exec(name) ?? []
    if (kind === undefined || forArch === undefined || system !== platform) return []
    return [{ name, version, kind, arch: forArch, ...((abi === 'gnu' || abi === 'musl') && { libc: abi }) }]
  })
}

/** Opens the bridge's store where node has no SQLite of its own. */
const sqliteKind = '@libsql'

/** `node:sqlite` needs no flag from Node 22.13 on (nodejs.org/api/sqlite.html). An unknown version may lack it. */
function hasOwnSqlite(nodeVersion: string | undefined): boolean {
  const [major = 0, minor = 0] = (nodeVersion ?? '').replace(/^v/, '').split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 13)
}

/** Whether the node that runs this program has mapped musl as its C library. */
async function usesMusl(system: System): Promise<boolean> {
  if (system.platform !== 'linux') return false
  const maps = await system.files.read(reachable('/proc/self/maps'))
  return maps !== null && Buffer.from(maps).includes('/ld-musl-')
}

/**
 * Returns the binaries that the version folder `at` lacks: all candidates of each missing kind, since only that side's node
 * knows its processor (for this side just the right one). Another side is assumed to have the usual C library; where it has
 * musl, it gets the right binary when it is this side. Reads a few small files.
 */
export async function lackedBy(system: System, environment: Environment, root: ReachablePath, at: NativePath): Promise<Binary[]> {
  const bytes = await system.files.read(reachable(join(root, 'package.json')))
  if (bytes === null) return []
  const named = binariesFor(Buffer.from(bytes).toString('utf8'), environment.self ? system.platform : platforms[environment.kind])
  const libc = environment.self && (await usesMusl(system)) ? 'musl' : 'gnu'
  const fitting = named.filter(
    (each) =>
      (!environment.self || each.arch === arch()) &&
      (each.libc ?? libc) === libc &&
      !(each.kind === sqliteKind && hasOwnSqlite(environment.nodeVersion)),
  )
  const there = new Set<string>()
  for (const { name, version, kind } of fitting) {
    if (!there.has(kind) && (await versionAt(system, environment, filesIn(environment, at, name))) === version) there.add(kind)
  }
  return fitting.filter(({ kind }) => !there.has(kind))
}

/**
 * Returns the folder in which the program at `root` finds a package, as Node resolves it: the nearest `node_modules` upwards
 * that has it (of a checkout, npx, a global prefix, an installed copy). Null: missing, or in another version.
 */
export async function ownBinary(system: System, root: ReachablePath, { name, version }: Binary): Promise<ReachablePath | null> {
  for (let folder: string = root, below = ''; folder !== below; [folder, below] = [dirname(folder), folder]) {
    if (basename(folder) === 'node_modules') continue
    const at = reachable(join(folder, 'node_modules', ...name.split('/')))
    const found = await versionIn(system, at)
    // pnpm and others put links to their store here.
    if (found !== null) return found === version ? system.files.realPath(at) : null
  }
  return null
}

/** Folders above us may be unreadable, or hold anything. */
async function versionIn(system: System, folder: ReachablePath): Promise<string | null> {
  try {
    const bytes = await system.files.read(reachable(join(folder, 'package.json')))
    const parsed: unknown = bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : null
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

/** A few megabytes, on a slow line. */
const timeoutMs = 180_000

/** How the binaries of the program are fetched. */
export interface BinaryOptions {
  /** Uses only npm's cache. */
  readonly offline: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((text: string) => void) | undefined
}

/**
 * Installs one package into the folder `part` with that side's npm; `part` is a project of its own, so that npm ignores our
 * other dependencies. Null: installed in exactly this version.
 */
export async function fetchBinary(
  system: System,
  world: World,
  environment: Environment,
  part: NativePath,
  { name, version }: Binary,
  { offline, signal }: BinaryOptions,
): Promise<Pick<NpmTrouble, 'reason' | 'hint'> | null> {
  await system.files.create(reach(environment, joinPath(environment, part, 'package.json')), Buffer.from('{"private":true}\n'), 0o644)
  const end = await callNpm(system, world, environment, {
    // --force: npm checks a package named on the command line against its own platform, and --os and --cpu apply only to
    // optional ones (npm 11 build-ideal-tree.js). We know which one that side needs.
    args: [
      ['install', `${name}@${version}`, '--force', '--ignore-scripts=true', '--save=false', '--package-lock=false', '--omit=dev'],
      ['--install-strategy=hoisted', '--dry-run=false', '--global=false'],
    ].flat(),
    words: `${name}@${version}`,
    prefix: part,
    cwd: part,
    offline,
    signal,
    timeoutMs,
    kind: 'change',
  })
  // The name is right, so the registry (a mirror) lacks the package.
  if (!end.ok && ['E404', 'ETARGET'].includes(end.trouble.code)) return { reason: end.trouble.reason, hint: 'npm config get registry' }
  if (!end.ok) return end.trouble
  const got = await versionAt(system, environment, filesIn(environment, part, name))
  return got === version ? null : { reason: `npm installed ${got ?? 'nothing'} instead`, hint: 'npm config list' }
}

/** Returns `process.arch` of that side's node; our own where it cannot be started, since both sides are one machine. */
export async function archOf(system: System, world: World, environment: Environment): Promise<string> {
  const { node } = environment
  const program = node === undefined ? null : programOn(world, environment, [node, '-p', 'process.arch'], { timeoutMs: 30_000 })
  const answer = program === null ? null : await system.ask(program)
  return (answer?.code === 0 && decodeConsole(answer.stdout).trim()) || arch()
}
