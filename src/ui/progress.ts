import type { Paint, Progress } from '../context.ts'
import type { Mask } from './mask.ts'
import { columns } from './width.ts'

/** A stream as far as we use one. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Nothing is shown for work that is over before this, in ms. */
const QUIET_MS = 700
const FRAME_MS = 120
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** A moving line on a terminal, one plain line elsewhere; nothing at all for what is quickly done. */
export function progressOn(sink: Sink, mask: Pick<Mask, 'apply'>, quiet: boolean, title: string, paint: Paint): Progress {
  if (quiet) return { update() {}, done() {} }
  return sink.isTTY ? moving(sink, mask, title, paint) : still(sink, mask, title)
}

function still(sink: Sink, mask: Pick<Mask, 'apply'>, title: string): Progress {
  const timer = setTimeout(() => sink.write(`${mask.apply(title)} …\n`), QUIET_MS)
  timer.unref()
  return {
    update() {},
    done(text) {
      clearTimeout(timer)
      if (text) sink.write(`${mask.apply(text)}\n`)
    },
  }
}

function moving(sink: Sink, mask: Pick<Mask, 'apply'>, title: string, paint: Paint): Progress {
  const started = performance.now()
  let detail = ''
  let frame = 0
  let shown = false
  const timer = setInterval(() => {
    const seconds = (performance.now() - started) / 1000
    if (seconds * 1000 < QUIET_MS) return
    shown = true
    const clock = `${seconds.toFixed(0)} s`
    let line = mask.apply(`${title}${detail ? `  ${detail}` : ''}`).replaceAll('\n', ' ')
    // A terminal may report 0 columns, as one of a container does before its size is set.
    const room = Math.max(1, (sink.columns || 80) - clock.length - 6)
    while (columns(line) > room) line = `${line.slice(0, -2)}…`
    sink.write(`\r\u001b[K${paint.accent(FRAMES[frame++ % FRAMES.length] ?? '')} ${line}  ${paint.dim(clock)}`)
  }, FRAME_MS)
  timer.unref()
  return {
    update(text) {
      detail = text
    },
    done(text) {
      clearInterval(timer)
      if (shown) sink.write('\r\u001b[K')
      if (text) sink.write(`${mask.apply(text)}\n`)
    },
  }
}
