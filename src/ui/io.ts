import type { Io, Paint } from '../context.ts'
import { reveal } from '../model/secret.ts'
import { Mask } from './mask.ts'
import { progressOn } from './progress.ts'
import type { Sink } from './sink.ts'

export type { Sink }

export interface IoOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly paint: Paint
  readonly asJson: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/** The terminal of one command. Every text passes the mask, whatever it is. */
export function createIo(options: IoOptions): Io {
  const mask = new Mask()
  const write = (sink: Sink, text: string) => sink.write(`${mask.apply(text)}\n`)
  const talk = (text: string) => {
    if (!options.quiet) write(options.stderr, text)
  }
  return {
    out: (text = '') => {
      if (!options.asJson) write(options.stdout, text)
    },
    note: (text = '') => talk(text),
    error: (text) => write(options.stderr, text),
    json: (document) => {
      if (options.asJson) write(options.stdout, JSON.stringify(document, null, 2))
    },
    jsonLine: (document) => {
      if (options.asJson) write(options.stdout, JSON.stringify(document))
    },
    progress: (title) => progressOn(options.stderr, mask, options.quiet, title, options.paint),
    hide: (value) => mask.hide(typeof value === 'string' ? value : reveal(value)),
    mask: (text) => mask.apply(text),
    paint: options.paint,
    width: Math.max(40, options.stdout.columns ?? options.stderr.columns ?? 80),
    asJson: options.asJson,
    quiet: options.quiet,
    verbose: options.verbose,
  }
}
