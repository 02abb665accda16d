import { HASH, isBlank, LF } from '../text/codes.ts'
import type { TomlSection } from './outline.ts'
import type { Expression } from './scan.ts'
import { lineEnd, skipBlanks, skipBreak } from './tokens.ts'

// What is added by the functions of this file goes without a trace by the others: also where the file ends without a
// line break, which is kept so.

/** A line behind another one, with its indentation. */
export function insertLine(text: string, after: Expression, line: string, eol: string): string {
  const indented = text.slice(after.start, after.at) + line
  const added = after.next > after.end ? indented + eol : eol + indented
  return text.slice(0, after.next) + added + text.slice(after.next)
}

/** Lines as a block with a blank line before them, at the beginning of a line or the end of the text. */
export function insertBlock(text: string, at: number, lines: readonly string[], eol: string): string {
  const block = lines.join(eol)
  if (text === '') return block + eol
  const added = at > 0 && text.charCodeAt(at - 1) !== LF ? eol + eol + block : eol + block + eol
  return text.slice(0, at) + added + text.slice(at)
}

/** Takes whole lines out. */
export function cutLines(text: string, from: number, to: number): string {
  if (to < text.length || text.charCodeAt(to - 1) === LF) return text.slice(0, from) + text.slice(to)
  return text.slice(0, beforeBreak(text, from))
}

const beforeBreak = (text: string, at: number): number => (at === 0 ? 0 : text.slice(at - 2, at) === '\r\n' ? at - 2 : at - 1)

/** Where the header and pairs of a section end, comments below them aside. */
const contentEnd = ({ header, pairs }: TomlSection): number => pairs.at(-1)?.next ?? header.next

/**
 * Where a section ends: behind the comments directly below its last line. Comments that touch the next header are about that one;
 * what a blank line parts from the section is anybody's.
 */
export function sectionEnd(text: string, section: TomlSection): number {
  const content = contentEnd(section)
  let at = content
  while (at < section.limit && text.charCodeAt(skipBlanks(text, at)) === HASH) at = skipBreak(text, lineEnd(text, at))
  return at === section.limit && at < text.length ? content : at
}

/**
 * Takes sections out, each with its comments and one blank line before it. A comment above the first of several that follow one
 * another stays: it may be a heading, or an entry that somebody switched off.
 */
export function cutSections(text: string, sections: readonly TomlSection[]): string {
  let result = text
  for (const run of runsOf(sections).reverse()) {
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) continue
    const from = blankBefore(text, first.header.start)
    const end = sectionEnd(text, last)
    const to = first.header.start === 0 ? blankAfter(text, end) : end
    result = cutLines(result, from, to)
  }
  return result
}

function runsOf(sections: readonly TomlSection[]): TomlSection[][] {
  const runs: TomlSection[][] = []
  for (const section of sections) {
    const run = runs.at(-1)
    if (run?.at(-1)?.order === section.order - 1) run.push(section)
    else runs.push([section])
  }
  return runs
}

/** The start of the line before `at` where that is blank; else `at`. */
function blankBefore(text: string, at: number): number {
  if (at === 0) return at
  let start = beforeBreak(text, at)
  while (start > 0 && isBlank(text.charCodeAt(start - 1))) start--
  return start === 0 || text.charCodeAt(start - 1) === LF ? start : at
}

/** Behind the blank line that begins at `at`; `at` where there is none. */
function blankAfter(text: string, at: number): number {
  return skipBreak(text, skipBlanks(text, at)) > skipBlanks(text, at) ? skipBreak(text, skipBlanks(text, at)) : at
}
