import type { Io, Paint } from '../context.ts'
import { withoutHidden } from '../model/hidden.ts'
import { reveal } from '../model/secret.ts'
import { shownBy } from './escape.ts'
import { fold, foldWhole } from './fold.ts'
import { Mask } from './mask.ts'
import { commandNames } from './pieces.ts'
import { progressOn, type Sink } from './progress.ts'
import { commandsApart } from './remedy.ts'

export type { Sink }

export interface IoOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly paint: Paint
  readonly asJson: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Named first in every JSON document that does not name one itself. */
  readonly command?: string
  /** How this program is typed where it runs; what is printed to be typed is typed so too. Default: `mcp-twin`. */
  typed?(): string
  /** The flag that named the manifest; a command that works on one is printed with it, since it would take another one without. */
  readonly manifest?: string
  /** The variable `COLUMNS`, which counts where the terminal does not say its width. */
  readonly columns?: string
}

/** A command of ours in a text. */
const ours = new RegExp(`(?<![\\w./@\\\\-]|npx )mcp-twin (?=(?:${commandNames.join('|')})\\b|--(?:help|version)\\b)`, 'g')

/** Those that work on a manifest, where nothing behind them names one. */
const manifestWords = 'init|sync|doctor|add|remove|enable|disable|rename|list|status|diff|try|outdated|update|export|roots'
const onManifest = new RegExp(
  `(?<=(?<![\\w./@\\\\-])mcp-twin (?:${manifestWords}))(?![\\w-])(?![^\\n;]* --(?:manifest|user|project|help)\\b)`,
  'g',
)

/**
 * The terminal of one command. Every text passes the mask, whatever it is, and of characters that act on a terminal or hide in it only
 * our own colours reach one.
 */
export function createIo(options: IoOptions): Io {
  const mask = new Mask()
  let known: string | undefined
  // Looked up only when a command of ours is printed.
  const typed = (text: string): string =>
    (options.manifest === undefined ? text : text.replace(onManifest, () => ` ${options.manifest}`)).replace(ours, () => {
      known ??= options.typed?.() ?? 'mcp-twin'
      return `${known} `
    })
  // A program reads the document, and no person is there to see the progress.
  const isSilent = options.quiet || options.asJson
  const shown = shownBy(options.paint)
  const safe = (text: string) => shown(mask.apply(text))
  const write = (sink: Sink, text: string) => sink.write(`${safe(text)}\n`)
  const said = /^\d+$/.test(options.columns ?? '') ? Number(options.columns) : 0
  // A pipe and a file get whole lines.
  const widthOf = (sink: Sink): number => {
    // A terminal may report 0 columns, as one of a container does before its size is set.
    const columns = sink.columns || said || (sink.isTTY === true ? 80 : 0)
    return columns === 0 ? Number.POSITIVE_INFINITY : Math.max(40, columns)
  }
  // Masked first, since a key that is broken would not be found.
  const foldedFor = (sink: Sink) => (text: string) => fold(commandsApart(safe(typed(text))), widthOf(sink))
  const [folded, foldedTalk] = [foldedFor(options.stdout), foldedFor(options.stderr)]
  const wholeFor = (sink: Sink) => (text: string) => foldWhole(safe(text), widthOf(sink))
  const talk = (text: string) => {
    if (!isSilent) write(options.stderr, foldedTalk(text))
  }
  const named = (document: object): object => (options.command === undefined ? document : { command: options.command, ...document })
  return {
    out: (text = '') => {
      if (!options.asJson) write(options.stdout, folded(text))
    },
    raw: (text, onTerminal = text) => {
      if (!options.asJson) options.stdout.write(safe(options.stdout.isTTY ? onTerminal : text))
    },
    data: (text) => {
      if (!options.asJson) options.stdout.write(options.stdout.isTTY ? safe(text) : mask.apply(text))
    },
    wholeOut: (text) => {
      if (!options.asJson) write(options.stdout, wholeFor(options.stdout)(text))
    },
    note: (text = '') => talk(text),
    noteWhole: (text, asks = false) => {
      if (asks || !isSilent) write(options.stderr, wholeFor(options.stderr)(text))
    },
    error: (text) => write(options.stderr, foldedTalk(text)),
    json: (document) => {
      if (options.asJson) options.stdout.write(`${withoutHidden(mask.apply(JSON.stringify(named(document), null, 2)))}\n`)
    },
    jsonLine: (document) => {
      if (options.asJson) options.stdout.write(`${withoutHidden(mask.apply(JSON.stringify(named(document))))}\n`)
    },
    progress: (title) => progressOn(options.stderr, { apply: safe }, isSilent, title, options.paint),
    hide: (value) => mask.hide(typeof value === 'string' ? value : reveal(value)),
    mask: (text) => mask.apply(text),
    heard: (values, tell) => mask.heard(values, tell),
    paint: options.paint,
    width: widthOf(options.stdout),
    asJson: options.asJson,
    quiet: options.quiet,
    verbose: options.verbose,
  }
}
