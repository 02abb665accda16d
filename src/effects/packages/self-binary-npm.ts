import { arch } from 'node:os'
import { filesIn } from '../../core/packages/place.ts'
import type { NpmTrouble } from '../../core/packages/trouble.ts'
import { joinPath } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { versionAt } from './installed.ts'
import { reach } from './leftovers.ts'
import { callNpm } from './npm.ts'
import { decodeConsole } from '../machine/console.ts'
import { programOn } from '../machine/program.ts'
import type { Binary } from './self-binaries.ts'

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
