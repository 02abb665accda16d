import { arch } from 'node:os'
import { join } from 'node:path'
import { filesIn } from '../../core/packages/place.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { versionAt } from './installed.ts'

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
