import { specs } from './specs/index.ts'
import type { Context, Prompt, RanInside, RunInside, TriedLines } from '../context.ts'
import type { Judge } from '../model/afterwards.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { System } from '../model/system.ts'
import { createIo, type Sink } from '../ui/io.ts'
import { colours, noPaint, wantsColour } from '../ui/paint.ts'
import { silentPrompt, terminalPrompt } from '../ui/prompt.ts'
import { quotedPath } from '../model/quoted-path.ts'
import { commandWord, ownWords } from './command-word.ts'
import { parse } from './program.ts'
import { reportFailure } from './report.ts'

/** A place for words that nobody reads. */
interface NoTerminal extends Sink {
  readonly isTTY?: false
}

/** What a command uses of the process. */
export interface CliProcess {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Sink
  readonly stderr: NodeJS.WriteStream | NoTerminal
  readonly signal: AbortSignal
  readonly variables: Readonly<Record<string, string | undefined>>
  /** `isDry`: one that changes nothing. */
  system(isDry: boolean): Promise<System>
  /** How this program is typed here. */
  readonly typed?: () => string
  /** Who is asked in place of the person at the terminal, where another command runs this one. */
  readonly inside?: Prompt
  /** Judges what this one would change, there. */
  readonly judge?: Judge
  /** Gets the stderr lines of servers that the command tries. */
  readonly listen?: (said: TriedLines) => void
}

/** One command line from argv to exit code. */
export async function runCli(argv: readonly string[], version: string, terminal: CliProcess): Promise<ExitCode> {
  const asJson = ownWords(argv).includes('--json')
  const typed = terminal.typed === undefined ? {} : { typed: terminal.typed }
  const size = terminal.variables.COLUMNS === undefined ? {} : { columns: terminal.variables.COLUMNS }
  const streams = { stdout: terminal.stdout, stderr: terminal.stderr, ...typed, ...size }
  const early = createIo({ ...streams, paint: noPaint, asJson, quiet: false, verbose: false })
  let command = commandWord(specs, argv)?.word ?? 'mcp-twin'
  let io = early
  const showPage = (page: string, isWanted: boolean): ExitCode => {
    if (asJson && !isWanted) throw usageError('Missing a command.', { hint: 'mcp-twin --help' })
    if (!asJson) terminal.stdout.write(page)
    early.json(page.trim() === version ? { command: 'version', version } : { command: 'help', text: page })
    return isWanted ? EXIT.ok : EXIT.usage
  }
  try {
    let page = ''
    const columns = terminal.stdout.columns || Number(terminal.variables.COLUMNS) || 0
    const width = columns > 0 && columns < 80 ? { width: Math.max(40, columns) } : {}
    const parsed = parse(specs, version, argv, { out: (text) => (page += text), ...width })
    if (parsed.kind === 'done') return showPage(page, parsed.code === 0)
    command = parsed.spec.name
    const { common } = parsed
    if (common.json && parsed.spec.noJson)
      throw usageError(`${command} does not take --json: its stdout carries the MCP protocol.`, {
        hint: `mcp-twin ${command} --help`,
      })
    const paint = !common.json && wantsColour(terminal.stdout.isTTY === true, terminal.variables) ? await colours() : noPaint
    const shared = { command, asJson: common.json === true, quiet: common.quiet === true, verbose: common.verbose === true }
    const manifest =
      common.manifest !== undefined ? `--manifest ${quotedPath(common.manifest)}` : common.user === true ? '--user' : undefined
    io = createIo({ ...streams, paint, ...shared, ...(manifest !== undefined && { manifest }) })
    const isDry = parsed.options.dryRun === true
    const context: Context = {
      system: await terminal.system(isDry),
      isDry,
      isInside: terminal.inside !== undefined,
      io,
      prompt: terminal.inside ?? promptFor(terminal, common.yes === true, common.json === true),
      options: common,
      signal: terminal.signal,
      command,
      commands: specs,
      argv,
      ...typed,
      ...(terminal.judge && { judge: terminal.judge }),
      ...(terminal.listen && { listen: terminal.listen }),
      runInside: (line, asked) => runInside(line, version, terminal, asked),
      runHere: (line) => runCli(line, version, terminal),
    }
    const run = await parsed.spec.load(parsed.verb?.name ?? null)
    return await run(context, parsed.args, parsed.options)
  } catch (error) {
    return reportFailure(io, command, terminal.signal.aborted ? cancelled(error) : error)
  }
}

/** The most that a document of a command run inside another may hold, in bytes. */
const insideMost = 8 * 1024 * 1024

/** Runs a command line as `runCli` does, without the terminal: its document is given back, and all talk is dropped. */
async function runInside(
  argv: readonly string[],
  version: string,
  terminal: CliProcess,
  { prompt, judge, listen }: NonNullable<Parameters<RunInside>[1]> = {},
): Promise<RanInside> {
  let text = ''
  let isTooLong = false
  const stdout: Sink = {
    write(more) {
      isTooLong ||= text.length + more.length > insideMost
      if (!isTooLong) text += more
    },
  }
  const code = await runCli(['--json', ...argv], version, {
    signal: terminal.signal,
    variables: terminal.variables,
    stdin: terminal.stdin,
    stdout,
    stderr: { write: () => undefined },
    system: (isDry) => terminal.system(isDry),
    ...(terminal.typed && { typed: terminal.typed }),
    ...(judge && { judge }),
    ...(listen && { listen }),
    inside: prompt ?? silentPrompt('Nobody is asked here'),
  })
  if (isTooLong)
    throw new TwinError('too-long', `The answer is larger than ${insideMost / 1024 / 1024} MiB.`, { hint: 'ask for less of it' })
  return { code, document: text.trim() === '' ? null : JSON.parse(text) }
}

/** Any error after Ctrl-C counts as cancelled. */
const cancelled = (cause: unknown): unknown =>
  cause instanceof TwinError && cause.exit === EXIT.cancelled
    ? cause
    : new TwinError('cancelled', 'Cancelled; unfinished changes were rolled back.', { exit: EXIT.cancelled, cause })

function promptFor(terminal: CliProcess, yes: boolean, json: boolean) {
  if (yes) return silentPrompt('--yes asks nothing')
  if (json) return silentPrompt('--json asks nothing')
  if (!terminal.stderr.isTTY || !terminal.stdin.isTTY) return silentPrompt('Not a terminal')
  return terminalPrompt(terminal.stdin, terminal.stderr, terminal.signal)
}
