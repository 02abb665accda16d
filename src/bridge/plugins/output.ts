import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { limits } from '../base/limits.ts'
import { pluginLimits } from './limits.ts'

/** How many characters at the end of the output are searched for the reason why a plugin broke. */
const kept = 4096

/** Where lines that a plugin prints go. */
export type TakeLine = (line: string) => void

/**
 * Reads what one process of a plugin prints. The first lines are passed on; the rest is read and dropped, so that the plugin never
 * has to wait; `tooMuch` is called beyond a limit. The end may say why the plugin broke.
 */
export class PrintedOutput {
  private readonly take: TakeLine
  private readonly tooMuch: () => void
  private bytes = 0
  private handed = 0
  private tail = ''
  /** Node said that JavaScript's heap is full, which ends it. */
  exhausted = false

  constructor(take: TakeLine, tooMuch: () => void) {
    this.take = take
    this.tooMuch = tooMuch
  }

  read(stream: Readable): void {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    stream.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      if (this.bytes > pluginLimits.printed) return this.tooMuch()
      const text = decoder.write(chunk)
      const ending = this.tail + text
      if (ending.includes('JavaScript heap out of memory')) this.exhausted = true
      this.tail = ending.slice(-kept)
      if (this.handed > pluginLimits.logged) return
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(0, limits.lineCharacters)
      for (const line of lines) this.hand(line)
    })
    stream.on('end', () => this.hand(rest))
  }

  /** The error that it printed last, else its last line; '' when nothing was printed. */
  get lastWords(): string {
    const lines = this.tail.split('\n').filter((line) => line.trim() !== '')
    const said = lines.findLast((line) => /^(?:Uncaught )?\w*Error\b/.test(line)) ?? lines.at(-1) ?? ''
    return said.slice(0, pluginLimits.lastWords).trim()
  }

  private hand(line: string): void {
    if (line.trim() === '' || this.handed > pluginLimits.logged) return
    this.handed += line.length
    this.take(this.handed > pluginLimits.logged ? '(it prints more, which is not logged)' : line)
  }
}
