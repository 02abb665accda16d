import { GET_NPM } from '../../core/launch/resolve.ts'
import { join } from 'node:path'
import { environmentLabel } from '../../core/participants.ts'
import { detailOf, explain, type NpmTrouble } from '../../core/packages/trouble.ts'
import { dirName, isWindows, joinPath, toHere } from '../../core/paths.ts'
import { folderName } from '../../core/layout.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, reachable } from '../../model/path.ts'
import type { ProgramAnswer, System } from '../../model/system.ts'
import { decodeConsole } from '../machine/console.ts'
import { programOn } from '../machine/program.ts'
import { npmPrefix } from '../machine/npm.ts'

/** One call of a side's npm. */
export interface NpmCall {
  readonly args: readonly string[]
  /** The package, for error messages. */
  readonly words: string
  /**
   * npm's project folder, independent of the working directory, so that no npmrc, package.json or workspace around us
   * applies. Default: a folder of ours that holds none of them.
   */
  readonly prefix?: NativePath
  readonly cwd?: NativePath
  readonly offline: boolean
  readonly timeoutMs: number
  /** `change`: may write more than npm's cache. */
  readonly kind: 'look' | 'change'
  readonly signal?: AbortSignal | undefined
  /**
   * Reads settings only from the npmrc of the user and the machine, for a call that a project caused: the program that
   * opened the project may have taken variables (`npm_config_registry`) from its files.
   */
  readonly npmrcOnly?: boolean | undefined
}

export type NpmEnd =
  | { readonly ok: true; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly trouble: NpmTrouble }

/**
 * Machine-readable output and no log files. By default npm waits over a minute for a registry that does not answer; two
 * retries within seconds are enough.
 */
const manners = [
  ['--json', '--loglevel=warn', '--logs-max=0', '--no-progress', '--no-color', '--no-update-notifier', '--no-audit', '--no-fund'],
  ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000'],
].flat()

/** Settings that an npm which started us (npx) passes on as variables, and that must not apply to our own call. */
const notOurs =
  /^npm_config_(?:global|location|prefix|local_prefix|global_prefix|workspaces?|include_workspace_root|dry_run|package|call|save\w*|package_lock\w*|omit|include|only|production|dev|json|ignore_scripts|allow_scripts\w*|install_strategy|install_links|legacy_bundling|global_style|loglevel)$/i
/** npm reads settings from variables with this prefix, in any case, `-` for `_` (@npmcli/config, `loadEnv`). */
const setting = /^npm_config_/i

/**
 * Returns whether an npm that started us has read an npmrc of its working directory: it passes all settings on as
 * variables, which mixes those of the folder with those of the user (@npmcli/config, `set-envs.js`).
 */
async function mixedByNpm({ variables, files }: System, home: NativePath): Promise<boolean> {
  const { npm_config_local_prefix: folder } = variables
  if (folder === undefined || folder === '' || folder === home) return false
  return (await files.look(reachable(join(folder, '.npmrc')), 'follow')) !== null
}

/** Unsets variables that hold keys, which install scripts could read, and settings that belong to another npm run. */
function withoutOurs(system: System, npmrcOnly: boolean): Record<string, undefined> {
  const isOut = (name: string): boolean =>
    /^MCP_TWIN_/i.test(name) || name === 'INIT_CWD' || notOurs.test(name.replaceAll('-', '_')) || (npmrcOnly && setting.test(name))
  return Object.fromEntries(Object.keys(system.variables).flatMap((name) => (isOut(name) ? [[name, undefined]] : [])))
}

/** Runs the npm of a side with the node of that side and the settings of its user. Failures of npm are returned, not thrown. */
export async function callNpm(system: System, world: World, environment: Environment, call: NpmCall): Promise<NpmEnd> {
  if (environment.node === undefined || environment.npm === undefined) return { ok: false, trouble: noNpm(environment) }
  const prefix = call.prefix ?? joinPath(environment, environment.home, folderName, 'npm')
  const npmrcOnly = call.npmrcOnly === true || (await mixedByNpm(system, environment.home))
  const config = await globalConfig(system, environment, npmrcOnly)
  const places = [`--prefix=${prefix}`, ...(config === null ? [] : [`--globalconfig=${config}`])]
  const argv = [environment.node, environment.npm, ...call.args, ...places, ...manners, ...(call.offline ? ['--offline'] : [])]
  const program = programOn(world, environment, argv, {
    timeoutMs: call.timeoutMs,
    maxBytes: 16 * 1024 * 1024,
    cwd: call.cwd ?? environment.home,
    env: withoutOurs(system, npmrcOnly),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  })
  if (program === null) return { ok: false, trouble: unreachable(environment) }
  const answer = await (call.kind === 'change' ? system.run(program) : system.ask(program))
  if (call.signal?.aborted) return { ok: false, trouble: { code: 'cancelled', reason: 'cancelled', hint: 'run the same command again' } }
  const [stdout, stderr] = [decodeConsole(answer.stdout), decodeConsole(answer.stderr)]
  if (answer.code === 0) return { ok: true, stdout, stderr }
  const failure = { stdout, stderr, words: call.words, offline: call.offline }
  const detail = detailOf(failure)
  const trouble = endedBadly(environment, call, answer) ?? explain(failure)
  return { ok: false, trouble: detail === null ? trouble : { ...trouble, detail } }
}

function endedBadly(environment: Environment, call: NpmCall, answer: ProgramAnswer): NpmTrouble | null {
  const label = environmentLabel(environment)
  if (answer.trouble !== undefined) {
    return { code: 'not-started', reason: `node could not be started on ${label} (${answer.trouble})`, hint: 'mcp-twin doctor' }
  }
  if (answer.timedOut) {
    const reason = `npm did not end within ${Math.round(call.timeoutMs / 1000)} s`
    return { code: 'timeout', reason, hint: 'check the network, then run the same command again' }
  }
  if (answer.code !== null && answer.stdout.length + answer.stderr.length === 0) {
    // A node that crashed: seen on a full disk, with Windows' npm under Wine.
    const reason = `npm on ${label} ended with code ${answer.code} without any output`
    return { code: 'silent', reason, hint: 'check whether the disk is full there, then run the same command again' }
  }
  if (answer.code === null) return { code: 'stopped', reason: 'npm was ended before it had finished', hint: 'run the same command again' }
  return null
}

const noNpm = (environment: Environment): NpmTrouble => ({
  code: 'no-npm',
  reason: `there is no ${environment.node === undefined ? 'node' : 'npm'} on ${environmentLabel(environment)}`,
  hint: `${environment.node === undefined ? 'install Node.js 20 or newer there' : GET_NPM}, then run the same command again`,
})

const unreachable = (environment: Environment): NpmTrouble => ({
  code: 'no-way',
  reason: `programs of ${environmentLabel(environment)} cannot be run from here`,
  hint: environment.trouble?.hint ?? 'mcp-twin doctor',
})

/**
 * Returns the machine-wide npmrc of a side, or null. npm looks for it below its prefix (npm docs, "config",
 * `globalconfig`), so a call with another `--prefix` would miss it, and with it a company's registry or certificates:
 * with npm 11.19, `npm config get cafile --prefix=/tmp/x` prints null. `npmrcOnly` ignores npm's variables.
 */
export async function globalConfig(system: System, environment: Environment, npmrcOnly: boolean): Promise<NativePath | null> {
  const { node } = environment
  // The variable names the file itself.
  if (!npmrcOnly && Object.keys(system.variables).some((name) => /^npm_config_globalconfig$/i.test(name))) return null
  const prefix = npmrcOnly ? await npmPrefix(system, environment, {}) : environment.prefix
  const besideNode =
    node === undefined ? [] : [isWindows(environment) ? dirName(environment, node) : dirName(environment, dirName(environment, node))]
  for (const folder of [...(prefix === undefined ? [] : [prefix]), ...besideNode]) {
    const file = joinPath(environment, folder, 'etc', 'npmrc')
    const here = toHere(environment, file)
    if (here !== null && (await system.files.look(here, 'follow'))?.kind === 'file') return file
  }
  return null
}
