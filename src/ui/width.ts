import { pieces } from './pieces.ts'

const wide = /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const zero = /\p{Mark}/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const colour = /\u001b\[[0-9;]*m/g

/** Columns that a text takes in a terminal: colours take none, East Asian wide characters two. */
export function columns(text: string): number {
  let count = 0
  for (const character of text.replace(colour, '')) count += zero.test(character) ? 0 : wide.test(character) ? 2 : 1
  return count
}

/** Fills a text with blanks up to `width` columns. */
export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columns(text)))

/** As much of a text's end as fits. */
function lastColumns(text: string, room: number): string {
  let kept = ''
  for (const character of [...text].reverse()) {
    if (columns(character + kept) > room) break
    kept = character + kept
  }
  return kept
}

/** Cuts the middle out of a path that is too long, keeping its beginning and its file name: `C:\Users\Ana\…\mcp.json`. */
export function cutPath(path: string, width: number): string {
  if (columns(path) <= width) return path
  const parts = path.split(/([\\/])/)
  const name = parts.pop() ?? ''
  const separator = parts.pop() ?? '/'
  let head = ''
  for (const part of parts) {
    if (columns(head + part) + columns(name) + 3 > width) break
    head += part
  }
  const short = `${head.endsWith(separator) ? head : head + separator}…${separator}${name}`
  return columns(short) <= width ? short : `…${lastColumns(name, width - 1)}`
}

/** Rows of cells as aligned lines, two blanks between columns, none at the end. */
export function align(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, columns(cell))
    })
  return rows.map((row) => (indent + row.map((cell, at) => pad(cell, widths[at] ?? 0)).join('  ')).trimEnd())
}

/**
 * Lines of at most `room` columns, broken at blanks; a line break of the text stays one. A longer word gets a line of its own, and so
 * does a command that is longer.
 */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    if (columns(paragraph) <= room) {
      lines.push(paragraph)
      continue
    }
    let line = ''
    for (const piece of pieces(paragraph)) {
      const longer = line === '' ? piece.text : line + piece.blanks + piece.text
      if (line !== '' && columns(longer) > room) {
        lines.push(line)
        line = piece.text
      } else line = longer
    }
    lines.push(line)
  }
  return lines
}

/** Lines behind a mark, broken at `width`, further lines under the first. */
export const hanging = (text: string, mark: string, width: number): string[] =>
  wrap(text, width - columns(mark) - 1).map((line, at) => `${at === 0 ? mark : ' '.repeat(columns(mark))} ${line}`)

/** A text cut at the end to `room` columns. */
export function cutText(text: string, room: number): string {
  if (columns(text) <= room) return text
  let kept = ''
  for (const character of text) {
    if (columns(kept + character) >= room) break
    kept += character
  }
  return `${kept}…`
}
