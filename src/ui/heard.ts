import type { Heard } from '../context.ts'
import { KeyFinder, withoutPlaces } from '../model/redaction/key-finder.ts'

/** The most that is told of one program; what it says beyond that is dropped. */
const most = { lines: 500, characters: 64 * 1024, line: 2000 }

/**
 * Cuts what a program says, as it comes, into lines without these keys. A line waits while its end may be the beginning of a key; a copy
 * that is complete is hidden whole, whatever part of it was told before.
 */
export function heardBy(keys: readonly string[], shortest: number, tell: (lines: readonly string[]) => void): Heard {
  const finder = new KeyFinder(keys, shortest)
  /** What is not told yet begins at `from`; what stands before it is kept for copies that reach into it. */
  let text = ''
  let from = 0
  let left = { lines: most.lines, characters: most.characters }
  const tellUpTo = (end: number): void => {
    if (end <= from) return
    const clean = withoutPlaces(text, finder.places(text), from, end)
    const lines = clean.split('\n').map((line) => line.trimEnd())
    send(lines.filter((line) => line !== '').map((line) => (line.length > most.line ? `${line.slice(0, most.line)}…` : line)))
    const kept = Math.max(0, end - finder.longest)
    text = text.slice(kept)
    from = end - kept
  }
  const send = (lines: readonly string[]): void => {
    const told: string[] = []
    for (const line of lines) {
      if (left.lines === 0) break
      const isLast = left.lines === 1 || line.length > left.characters
      told.push(isLast ? '… more is not shown' : line)
      left = isLast ? { lines: 0, characters: 0 } : { lines: left.lines - 1, characters: left.characters - line.length }
    }
    if (told.length > 0) tell(told)
  }
  return {
    push(more) {
      if (left.lines === 0) return
      text += more
      const begun = finder.begun(text)
      // Fewer characters of a key give nothing away, and nobody knows whether anything follows them.
      const known = text.length - (begun < shortest ? 0 : begun)
      // A line that does not end is told in pieces.
      tellUpTo(known - from > most.characters ? known : text.lastIndexOf('\n', known - 1) + 1)
    },
    end: () => tellUpTo(text.length),
  }
}
