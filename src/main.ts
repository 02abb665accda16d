import { setMaxListeners } from 'node:events'
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

/**
 * Ends the process quietly when the reader of its output is gone, as with `| head`. Any other error, a full disk for instance, is
 * reported once; the command still finishes its work, and then fails.
 */
function tellLostOutput(): { isLost(): boolean } {
  let lost = false
  const onError = (name: string) => (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    const { code = 'unknown', message } = error
    if (!lost && name !== 'standard error')
      process.stderr.write(`mcp-twin: ${name} cannot be written: ${message.replace(/^[A-Z]+: |, write$/g, '')} (${code}).\n`)
    lost = true
    // It may come after everything else is done.
    if (process.exitCode !== undefined) process.exitCode = withLoss(Number(process.exitCode), true)
  }
  process.stdout.on('error', onError('standard output'))
  process.stderr.on('error', onError('standard error'))
  return { isLost: () => lost }
}

/** 130 and 2 say more than 1. */
const withLoss = (code: number, isLost: boolean): number => (isLost && code !== 130 && code !== 2 ? 1 : code)

/** How long `inbox --brief` may take in all. */
const hookMs = 800

/** The whole program. Only here are streams, signals and the exit code of the process touched. */
async function main(argv: readonly string[]): Promise<number> {
  // Before anything else: programs wait for this start, and the bridge sees to a lost reader itself, since it has children to end.
  if (argv[0] === 'serve') {
    const { serveQuickly } = await import('./serve.ts')
    const code = await serveQuickly(argv, interruptible())
    if (code !== null) return code
  }
  const { isLost } = tellLostOutput()
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (argv.length === 1 && (argv[0] === '--help' || argv[0] === '-h')) {
    const isNarrow = (process.stdout.columns || Number(process.env.COLUMNS) || 80) < 80
    const help = isNarrow ? null : await helpPage()
    if (help !== null) {
      process.stdout.write(help)
      return 0
    }
  }
  const isHook =
    argv.includes('--brief') && argv.includes('inbox') && (await import('./cli/command-word.ts')).commandWord([], argv)?.word === 'inbox'
  // A client starts it as a hook and waits: nothing that goes wrong or hangs may hold the client up, and exit code 2 would block it.
  if (isHook) {
    setTimeout(() => process.exit(0), hookMs).unref()
    process.on('exit', () => {
      process.exitCode = 0
    })
  }
  const [{ runCli }, { typedHere }] = await Promise.all([import('./cli/run.ts'), import('./system/typed-as.ts')])
  const code = await runCli(argv, version, {
    // Made when it is asked for: a command that asks nothing does without.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruptible(),
    variables: process.env,
    async system(isDry) {
      const system = (await import('./system/node.ts')).nodeSystem()
      return isDry ? (await import('./system/read-only.ts')).readOnly(system) : system
    },
    typed: typedHere,
  })
  return withLoss(code, isLost())
}

process.exitCode = await main(process.argv.slice(2))
