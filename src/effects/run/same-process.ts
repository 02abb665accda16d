import Module from 'node:module'
import { EXIT, type ExitCode } from '../../errors.ts'

/** Variables that node reads once, before any program runs: a server that sets one needs a process of its own. */
const READ_AT_START = /^(NODE_|UV_|LD_|DYLD_|SSL_CERT_|OPENSSL_|V8_|TZ$|LANG$|LC_|ICU_)/i

/** True when nothing that the server wants has to be known before its process starts. */
export const fitsThisProcess = (env: Readonly<Record<string, string>>): boolean =>
  !Object.keys(env).some((name) => READ_AT_START.test(name))

/**
 * Becomes the server: this process runs its program as `node <js> <args>` would, so `require.main`, `argv` and
 * `import.meta.url` are what the server expects, and nothing of ours listens to signals, streams or the end any more.
 * The keys stand in this process's memory only, not in what the system shows of its environment.
 */
export function becomeServer(js: string, args: readonly string[], env: Readonly<Record<string, string>>): ExitCode {
  clearOwnVariables(process.env)
  Object.assign(process.env, env)
  process.argv = [process.execPath, js, ...args]
  // What was to be done at our end is done now: nothing of ours is needed from here on.
  const { exitCode } = process
  for (const listener of process.listeners('exit')) listener.call(process, 0)
  // One of them is node's own, which takes us for ended too early.
  process.exitCode = exitCode
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection']) {
    process.removeAllListeners(event)
  }
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.removeAllListeners('error')
  Module.runMain()
  // The server goes on after we have returned; a code that it has set already is its own.
  const code = Number(process.exitCode ?? EXIT.ok)
  return Object.values(EXIT).find((each) => each === code) ?? EXIT.failed
}

/** Takes away what was meant for us: `MCP_TWIN_*` may hold other servers' keys. */
export function clearOwnVariables(variables: Record<string, string | undefined>): void {
  for (const name of Object.keys(variables)) if (/^MCP_TWIN_/i.test(name)) delete variables[name]
}
