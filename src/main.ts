import type { ExitCode } from './errors.ts'
import { version } from './version.ts'

/** A second Ctrl-C does not wait for things to be left clean. */
function interruptible(): AbortSignal {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(signal)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  return controller.signal
}

/** The whole program. Only here are streams, signals and the exit code of the process touched. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const signal = interruptible()
  if (argv[0] === 'serve') {
    const { serveQuickly } = await import('./serve.ts')
    const code = await serveQuickly(argv, signal)
    if (code !== null) return code
  }
  const { runCli } = await import('./cli/run.ts')
  return runCli(argv, version, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
    system: async () => (await import('./system/node.ts')).nodeSystem(),
  })
}

process.exitCode = await main(process.argv.slice(2))
