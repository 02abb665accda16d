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
  /** What it is for, without the platform: `@acme/tool`. One of its kind is enough for a side. */
  readonly kind: string
  readonly arch: string
}

/** What Node calls the system of each kind of side (`process.platform`). */
const platforms = { windows: 'win32', wsl: 'linux', linux: 'linux', macos: 'darwin' } as const

/**
 * The optional dependencies of a package.json that are for one platform. As npm packages of this sort are called, the name
 * ends in `process.platform` and `process.arch`; one that names neither is for no platform, and none of ours.
 */
export function binariesFor(packageJson: string, platform: string): Binary[] {
  const { optionalDependencies: optional = {} }: { optionalDependencies?: Record<string, string> } = JSON.parse(packageJson)
  return Object.entries(optional).flatMap(([name, version]) => {
    const [, kind, system, forArch] = /^(.+)-([a-z][a-z0-9]*)-([a-z0-9]+)$/.exec(name) ?? []
    return kind === undefined || forArch === undefined || system !== platform ? [] : [{ name, version, kind, arch: forArch }]
  })
}

/**
 * What the version folder `at` lacks of the program's binaries: for each kind that none is there of, all that may be the
 * right one, since nothing but that side's node knows its processor. The own side's is known. Reads a few small files.
 */
export async function lackedBy(system: System, environment: Environment, root: ReachablePath, at: NativePath): Promise<Binary[]> {
  const bytes = await system.files.read(reachable(join(root, 'package.json')))
  if (bytes === null) return []
  const named = binariesFor(Buffer.from(bytes).toString('utf8'), environment.self ? system.platform : platforms[environment.kind])
  const fitting = environment.self ? named.filter((each) => each.arch === arch()) : named
  const there = new Set<string>()
  for (const { name, version, kind } of fitting) {
    if (!there.has(kind) && (await versionAt(system, environment, filesIn(environment, at, name))) === version) there.add(kind)
  }
  return fitting.filter(({ kind }) => !there.has(kind))
}

/**
 * Where the program at `root` finds a package for itself, as Node looks for it: in the nearest `node_modules` upwards that
 * has it (a checkout's, npx's, a global prefix's, an installed copy's own). Null: nowhere, or in another version.
 */
export async function ownBinary(system: System, root: ReachablePath, { name, version }: Binary): Promise<ReachablePath | null> {
  for (let folder: string = root, below = ''; folder !== below; [folder, below] = [dirname(folder), folder]) {
    if (basename(folder) === 'node_modules') continue
    const at = reachable(join(folder, 'node_modules', ...name.split('/')))
    const found = await versionIn(system, at)
    // Package managers that keep one store put links here.
    if (found !== null) return found === version ? system.files.realPath(at) : null
  }
  return null
}

/** A folder of somebody else's on the way up may be closed to us, or hold anything. */
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

/** A few megabytes. The program itself waits for them only when it is put there, so a slow line may take its time. */
const timeoutMs = 180_000

/** How the binaries of the program are had. */
export interface BinaryOptions {
  /** Only npm's cache is asked. */
  readonly offline: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((text: string) => void) | undefined
}

/**
 * That side's own npm puts one package into the folder `part`, which becomes a project of its own: npm takes no notice of
 * what else the program names. Null: it is there, in exactly this version.
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
    // --force: npm holds a package that it was asked for by name against the system that it runs on itself, and --os
    // and --cpu count for optional ones only (npm 11 build-ideal-tree.js). We know which one that side needs.
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
  // We wrote the name, so it is the registry that lacks it: a mirror, say.
  if (!end.ok && ['E404', 'ETARGET'].includes(end.trouble.code)) return { reason: end.trouble.reason, hint: 'npm config get registry' }
  if (!end.ok) return end.trouble
  const got = await versionAt(system, environment, filesIn(environment, part, name))
  return got === version ? null : { reason: `npm brought ${got ?? 'nothing'} instead`, hint: 'npm config list' }
}

/** What that side's node says of its processor; as ours where it cannot be asked, since both sides are one machine. */
export async function archOf(system: System, world: World, environment: Environment): Promise<string> {
  const { node } = environment
  const program = node === undefined ? null : programOn(world, environment, [node, '-p', 'process.arch'], { timeoutMs: 30_000 })
  const answer = program === null ? null : await system.ask(program)
  return (answer?.code === 0 && decodeConsole(answer.stdout).trim()) || arch()
}
