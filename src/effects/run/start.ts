import Module from 'node:module'
import { toHere } from '../../core/paths.ts'
import { programOn } from '../machine/program.ts'
import { announceUse } from '../packages/prune.ts'
import { runInPlace } from './child.ts'
import { findServer, type FoundServer } from './find.ts'
import { type LocalSide, localSide } from './local-side.ts'
import { installBehind, installNeeded, isReady } from './install-behind.ts'
import { fetchBy } from './http.ts'
import { findInManifest } from './named.ts'
import { findInProject } from './project.ts'
import { proxySettings } from './proxy-settings.ts'
import { serveRemote } from './serve-remote.ts'
import { EXIT, type ExitCode, TwinError } from '../../errors.ts'
import type { Launch, Remote } from '../../model/entry.ts'
import { native, type NativePath, reachable } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'

/** Variables that node reads at its start: a server that sets one needs a process of its own. */
const READ_AT_START = /^(NODE_|UV_|LD_|DYLD_|SSL_CERT_|OPENSSL_|V8_|TZ$|LANG$|LC_|ICU_)/i

/** Returns whether the server can run in this process: none of its variables has to be set at the start of node. */
const fitsThisProcess = (env: Readonly<Record<string, string>>): boolean => !Object.keys(env).some((name) => READ_AT_START.test(name))

/**
 * Runs the server in this process as `node <js> <args>` would: `require.main`, `argv` and `import.meta.url` are what the
 * server expects, and our own listeners are removed. The keys are only in this process's memory, not in the environment that
 * the system shows.
 */
function becomeServer(js: string, args: readonly string[], env: Readonly<Record<string, string>>): ExitCode {
  clearOwnVariables(process.env)
  Object.assign(process.env, env)
  process.argv = [process.execPath, js, ...args]
  // Our own exit listeners run now.
  const { exitCode } = process
  for (const listener of process.listeners('exit')) listener.call(process, 0)
  // One of them is node's own, which sets the exit code.
  process.exitCode = exitCode
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection']) {
    process.removeAllListeners(event)
  }
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.removeAllListeners('error')
  Module.runMain()
  // The server may have set an exit code already, and continues after we return.
  const code = Number(process.exitCode ?? EXIT.ok)
  return Object.values(EXIT).find((each) => each === code) ?? EXIT.failed
}

/** Removes our own variables: `MCP_TWIN_*` may hold keys of other servers. */
function clearOwnVariables(variables: Record<string, string | undefined>): void {
  for (const name of Object.keys(variables)) if (/^MCP_TWIN_/i.test(name)) delete variables[name]
}

export interface RunOptions {
  readonly project?: string
  /** The path of a manifest other than home's own. */
  readonly manifest?: string
  /** Registers a key to be masked, and masks all keys of a text. */
  hide(value: string): void
  mask(text: string): string
  /** Aborted when this run is ended before its server has started. */
  readonly signal: AbortSignal
  /** Installs a missing package only from npm's cache. */
  readonly offline: boolean
}

/** Runs a server in place of this process, or relays to it. Returns the exit code once it has ended. */
export async function startServer(system: System, name: string, options: RunOptions): Promise<ExitCode> {
  const local = await localSide(system)
  const found =
    options.manifest !== undefined
      ? await findInManifest(system, local, name, options.manifest)
      : options.project === undefined
        ? await findServer(system, local, name)
        : await findInProject(system, local, name, options.project)
  const entry = reveal(found.entry)
  if (options.signal.aborted) return EXIT.cancelled
  return entry.kind === 'remote' ? relay(system, local, found, entry, options) : start(system, local, found, entry, options)
}

async function relay(
  system: System,
  { self, folderHere }: LocalSide,
  { server, keys, login }: FoundServer,
  remote: Remote,
  options: RunOptions,
): Promise<ExitCode> {
  for (const value of Object.values(remote.headers)) for (const part of [value, ...value.split(' ').slice(-1)]) options.hide(part)
  const here = (path: string): string => toHere(self, native(path)) ?? path
  const settings = await proxySettings(system, here(self.home), self.prefix === undefined ? undefined : here(self.prefix))
  const served = { server, remote, keys, proxySettings: settings, mask: options.mask }
  if (login !== true) return serveRemote(served)
  const { loggedInFetch } = await import('./login-session.ts')
  const session = { system, folder: folderHere, server, url: remote.url, fetch: fetchBy(settings), hide: options.hide }
  return serveRemote({ ...served, login }, loggedInFetch(session))
}

async function start(
  system: System,
  local: LocalSide,
  { server, script, cwd, needed }: FoundServer,
  { command, args, env: own }: Launch,
  { signal, offline }: RunOptions,
): Promise<ExitCode> {
  const { world, self } = local
  if (cwd !== undefined) process.chdir(cwd)
  // Some programs read PWD instead of the working directory.
  const env = cwd === undefined || system.variables.PWD === undefined ? own : { ...own, PWD: cwd }
  const program = programOn(world, self, [command, ...args], { timeoutMs: 0 })
  const [file = '', ...words] = program?.argv ?? []
  if (program === null || file === '')
    throw new TwinError('not-started', `"${server}" cannot be started from ${self.id}.`, { hint: 'mcp-twin list' })
  const launch = { command: file, args: words, env: { ...inherited(system), ...env } }
  const path = script ? native(args[0] ?? '') : null
  const js = path === null ? null : toHere(self, path)
  if (needed !== undefined) {
    const absent = { server, needed, script: path ?? native(command) }
    if (!(await isReady(system, local, absent)))
      return installBehind({
        server: { name: server, version: needed.locked.version },
        words: `${needed.locked.name} ${needed.locked.version}`,
        install: (until) => installNeeded(system, local, absent, { offline, signal: until }),
        ...{ launch, signal },
      })
  } else if (js !== null && (await system.files.look(js, 'follow')) === null) {
    throw new TwinError('not-installed', `The package of "${server}" is not installed on this side.`, { hint: 'mcp-twin sync' })
  }
  // A script that another program wraps must be started by that program.
  const plain = program.argv.length === args.length + 1
  if (path !== null && js !== null && plain && fitsThisProcess(env) && (await isThisNode(system, file))) {
    // No command line names the package from here on; `sync` must not remove its folder.
    await announce(system, self, path)
    return becomeServer(js, args.slice(1), env)
  }
  return runInPlace(server, launch)
}

/** Announces the use of a package; a folder that cannot be written does not stop the server. */
async function announce(system: System, self: LocalSide['self'], files: NativePath): Promise<void> {
  try {
    await announceUse(system, self, files)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

const isThisNode = async (system: System, file: string): Promise<boolean> =>
  (await system.files.realPath(reachable(file))) === system.execPath

/** Returns the variables that the server inherits: all but our own. */
function inherited(system: System): Record<string, string> {
  const variables = { ...system.variables }
  clearOwnVariables(variables)
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  )
}
