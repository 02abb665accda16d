import type { FileRefusal } from '../../../model/document.ts'
import { CR, isBreak, LF } from './codes.ts'
import { maskedAround } from './excerpt.ts'
import { Problem } from './problem.ts'

/** Line and column of an offset, counted from 1; a tab is one column, CRLF one line break. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let i = 0; i < offset; i++) {
    const code = text.charCodeAt(i)
    if (code === LF || (code === CR && text.charCodeAt(i + 1) !== LF)) {
      line++
      start = i + 1
    }
  }
  return { line, column: offset - start + 1 }
}

/** A refusal that shows where: line, column, and the line itself with what looks like a key as dots. */
export function refusalAt(text: string, offset: number, code: FileRefusal['code'], reason: string): FileRefusal {
  let start = offset
  while (start > 0 && !isBreak(text.charCodeAt(start - 1))) start--
  let end = offset
  while (end < text.length && !isBreak(text.charCodeAt(end))) end++
  const excerpt = maskedAround(text, start, end, offset)
  return { code, reason, ...placeOf(text, offset), ...(excerpt === '' ? {} : { excerpt }) }
}

/** A refusal as one sentence: `a comma is missing … (line 4, column 5; line 4 reads: …)`. */
export function describeRefusal(refusal: FileRefusal): string {
  if (refusal.line === undefined) return refusal.reason
  const reads = refusal.excerpt === undefined ? '' : `; line ${refusal.line} reads: ${refusal.excerpt}`
  return `${refusal.reason} (line ${refusal.line}, column ${refusal.column ?? 1}${reads})`
}

/** Runs a reader; the Problem that it meets becomes a refusal with its place in the text. */
export function refusing<T>(text: string, read: () => T): T | { readonly ok: false; readonly refusal: FileRefusal } {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { ok: false, refusal: refusalAt(text, error.offset, error.code, error.message) }
  }
}
