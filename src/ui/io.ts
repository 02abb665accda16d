import type { Io, Paint } from '../context.ts'
import { withoutHidden } from '../model/hidden.ts'
import { reveal } from '../model/secret.ts'
import { shownBy } from './escape.ts'
import { fold } from './fold.ts'
import { Mask } from './mask.ts'
import { progressOn, type Sink } from './progress.ts'

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
  /** Names of all commands, where a person starts the program by `npx`: what is printed to be typed is then typed so too. */
  readonly npx?: readonly string[]
  /** The variable `COLUMNS`, which counts where the terminal does not say its width. */
  readonly columns?: string
}

/** `mcp-twin sync` as a person types it who has no mcp-twin on the PATH. */
const byNpx = (commands: readonly string[]): ((text: string) => string) => {
  const typed = new RegExp(`(?<![\\w./@\\\\-]|npx )mcp-twin (?=(?:${commands.join('|')})\\b)`, 'g')
  return (text) => text.replace(typed, 'npx mcp-twin ')
}

/**
 * The terminal of one command. Every text passes the mask, whatever it is, and of characters that act on a terminal or hide in it only
 * our own colours reach one.
 */
export function createIo(options: IoOptions): Io {
  const mask = new Mask()
  const typed = options.npx === undefined ? (text: string) => text : byNpx(options.npx)
  // A program reads the document, and no person is there to see the progress.
  const isSilent = options.quiet || options.asJson
  const shown = shownBy(options.paint)
  const safe = (text: string) => shown(mask.apply(text))
  const write = (sink: Sink, text: string) => sink.write(`${safe(text)}\n`)
  const said = /^\d+$/.test(options.columns ?? '') ? Number(options.columns) : 0
  const known = options.stdout.columns || options.stderr.columns || said
  // Masked first, since a key that is broken would not be found. A pipe whose width is not known gets whole lines.
  const folded = (text: string) => (known > 0 ? fold(safe(typed(text)), Math.max(40, known)) : typed(text))
  const talk = (text: string) => {
    if (!isSilent) write(options.stderr, folded(text))
  }
  const named = (document: object): object => (options.command === undefined ? document : { command: options.command, ...document })
  return {
    out: (text = '') => {
      if (!options.asJson) write(options.stdout, folded(text))
    },
    raw: (text) => {
      if (!options.asJson) options.stdout.write(safe(text))
    },
    data: (text) => {
      if (!options.asJson) options.stdout.write(options.stdout.isTTY ? safe(text) : mask.apply(text))
    },
    note: (text = '') => talk(text),
    noteWhole: (text, asks = false) => {
      if (asks || !isSilent) write(options.stderr, text)
    },
    error: (text) => write(options.stderr, folded(text)),
    json: (document) => {
      if (options.asJson) options.stdout.write(`${withoutHidden(mask.apply(JSON.stringify(named(document), null, 2)))}\n`)
    },
    jsonLine: (document) => {
      if (options.asJson) options.stdout.write(`${withoutHidden(mask.apply(JSON.stringify(named(document))))}\n`)
    },
    progress: (title) => progressOn(options.stderr, { apply: safe }, isSilent, title, options.paint),
    hide: (value) => mask.hide(typeof value === 'string' ? value : reveal(value)),
    mask: (text) => mask.apply(text),
    paint: options.paint,
    width: Math.max(40, known || 80) - (options.npx === undefined ? 0 : 'npx '.length),
    asJson: options.asJson,
    quiet: options.quiet,
    verbose: options.verbose,
  }
}
