import { count } from '../core/count.ts'
import { localSeconds } from '../core/local-time.ts'
import { clients } from '../catalog/clients/index.ts'
import type { logs as spec } from '../cli/specs/logs.ts'
import type { Context, Run } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { readLogLine } from '../core/logs/line.ts'
import { EXIT, TwinError, usageError, endedBy } from '../errors.ts'
import { findLogs, type LogFile } from '../effects/logs/find.ts'
import { followLogs, Tail } from '../effects/logs/tail.ts'
import { hideAllKeys } from '../effects/store/hidden-keys.ts'
import { emptyManifest } from '../effects/manifest/open.ts'
import type { Manifest } from '../model/manifest.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor } from '../ui/labels.ts'
import { columns, cutPath } from '../ui/width.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { demandServer } from './servers.ts'

/** The largest number of logs shown at once, newest first. */
const LOGS_MAX = 12

/** Shows the last lines of all logs about servers, and with `--follow` every new line. */
export const run: Run<typeof spec> = (context, [server], options) =>
  atHome(context, { mayBeAbsent: true }, async (homeContext) => {
    const { system, io } = context
    const last = linesOf(options, server)
    const manifest = await manifestOf(homeContext)
    // Keys are hidden first, since lines are cut.
    await hideAllKeys(system, homeContext.home.here, manifest ?? emptyManifest, io.hide)
    const search = () => findLogs(system, homeContext.world, homeContext.home, server)
    const found = await search()
    if (found.length === 0 && server !== undefined && server !== BRIDGE && manifest !== null) demandServer(manifest, server)
    const shown = found.slice(-LOGS_MAX)
    const tails = new Map(found.map((log) => [log.here as string, { log, tail: new Tail(log.here) }]))
    const documents = []
    for (const { log, tail } of tails.values()) {
      const lines = (await tail.last(last, options.follow !== true)).map((raw) => readLogLine(io.mask(raw)))
      if (!shown.includes(log)) continue
      documents.push(documentOf(log, lines))
      show(context, homeContext, log, lines)
      if (options.follow === true) for (const line of lines) io.jsonLine(lineDocument(log, line))
    }
    if (options.follow === true) {
      const say = teller(context, homeContext, shown.at(-1))
      await followLogs(system, tails, search, say, context.signal)
      return endedBy(context.signal)
    }
    io.json({ command: 'logs', server: server ?? null, logs: documents })
    if (found.length > shown.length) io.note(`${count(found.length - shown.length, 'older log')} not shown; name a server to see its logs.`)
    if (found.length === 0) io.out(server === undefined ? 'No logs yet.' : `No logs about ${server} yet.`)
    return EXIT.ok
  })

function linesOf({ lines }: OptionsOf<typeof spec>, server: string | undefined): number {
  const count = lines ?? (server === undefined ? 5 : 20)
  if (count > 10_000) throw usageError('--lines takes a whole number up to 10000.', { hint: 'mcp-twin logs --lines 50' })
  return count
}

/** The manifest; null if it cannot be read: logs are needed most when something is broken. */
async function manifestOf(homeContext: HomeContext): Promise<Manifest | null> {
  try {
    return (await homeContext.open()).manifest
  } catch (error) {
    if (error instanceof TwinError) return null
    throw error
  }
}

type Line = ReturnType<typeof readLogLine>

const documentOf = ({ environment, program, server, file, modifiedMs }: LogFile, lines: readonly Line[]) => ({
  environment,
  program,
  server,
  file,
  modified: new Date(modifiedMs).toISOString(),
  lines,
})

const lineDocument = ({ environment, program, server, file }: LogFile, line: Line) => ({
  command: 'logs',
  environment,
  program,
  server,
  file,
  ...line,
})

const time = (line: Line): string => (line.at === null ? '' : `${localSeconds(line.at)}  `)

function titleOf(context: Context, homeContext: HomeContext, log: LogFile): string {
  const labels = labelsFor(homeContext.world, clients)
  const whose = log.program === 'mcp-twin' ? 'mcp-twin' : labels.client(log.program)
  const about = log.server === null ? '' : `, ${visible(log.server)}`
  const title = `${whose} (${labels.environment(log.environment)})${about}`
  const file = cutPath(labels.file(log.environment, log.file), Math.max(20, context.io.width - columns(title) - 2))
  return `${context.io.paint.strong(title)}  ${context.io.paint.dim(file)}`
}

function show(context: Context, homeContext: HomeContext, log: LogFile, lines: readonly Line[]): void {
  context.io.out(titleOf(context, homeContext, log))
  for (const line of lines) context.io.raw(`  ${context.io.paint.dim(time(line))}${visible(line.text)}\n`)
}

/** Prints new lines, with a title whenever the log changes. */
function teller(context: Context, homeContext: HomeContext, first: LogFile | undefined): (log: LogFile, raw: string) => void {
  let last = first?.here
  return (log, raw) => {
    const line = readLogLine(context.io.mask(raw))
    context.io.jsonLine(lineDocument(log, line))
    if (log.here !== last) context.io.out(titleOf(context, homeContext, log))
    last = log.here
    context.io.raw(`  ${context.io.paint.dim(time(line))}${visible(line.text)}\n`)
  }
}
