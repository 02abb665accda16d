import { setMaxListeners } from 'node:events'
import type { ExitCode } from './errors.ts'
import { version } from './version.ts'

/** A second Ctrl-C does not wait for things to be left clean. */
function interruptible(): AbortSignal {
  const controller = new AbortController()
  // Everything that runs at once listens to it, each server that is being checked too: many listeners are no leak.
  setMaxListeners(0, controller.signal)
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(signal)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  return controller.signal
}

/** The page of `--help` as the build wrote it down: parsing the whole command line only to print it takes three times as long. */
async function helpPage(): Promise<string | null> {
  try {
    return (await import('node:fs')).readFileSync(new URL('help.txt', import.meta.url), 'utf8')
  } catch {
    return null
  }
}

/** Whoever read our output has gone, as behind `| head`: there is nobody left to tell. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

/** The whole program. Only here are streams, signals and the exit code of the process touched. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  // Before anything else: programs wait for this start, and the bridge sees to a lost reader itself, since it has children to end.
  if (argv[0] === 'serve') {
    const { serveQuickly } = await import('./serve.ts')
    const code = await serveQuickly(argv, interruptible())
    if (code !== null) return code
  }
  process.stdout.on('error', endWithReader)
  process.stderr.on('error', endWithReader)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (argv.length === 1 && (argv[0] === '--help' || argv[0] === '-h')) {
    const help = await helpPage()
    if (help !== null) {
      process.stdout.write(help)
      return 0
    }
  }
  const { runCli } = await import('./cli/run.ts')
  return runCli(argv, version, {
    // Made when it is asked for: a command that asks nothing does without.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruptible(),
    variables: process.env,
    system: async () => (await import('./system/node.ts')).nodeSystem(),
  })
}

process.exitCode = await main(process.argv.slice(2))
