/** How a piece of text is shown: one of the terminal's sixteen colours, or its own. */
export interface Style {
  readonly colour: number | null
  readonly bold: boolean
  readonly dim: boolean
  readonly reverse: boolean
  readonly underline: boolean
}

export interface Piece {
  readonly text: string
  readonly style: Style
}

const plain: Style = { colour: null, bold: false, dim: false, reverse: false, underline: false }

/** One number of an SGR sequence (ECMA-48, 8.3.117), as far as terminals of sixteen colours know it. */
function apply(style: Style, code: number): Style {
  if (code === 0) return plain
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 4) return { ...style, underline: true }
  if (code === 7) return { ...style, reverse: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 24) return { ...style, underline: false }
  if (code === 27) return { ...style, reverse: false }
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, colour: code - 90 + 8 }
  return code === 39 ? { ...style, colour: null } : style
}

/** The lines of a terminal's screen, each in pieces of one style. A style goes on from line to line. */
export function piecesOf(screen: string): Piece[][] {
  let style = plain
  return screen.split('\n').map((line) => {
    const pieces: Piece[] = []
    let at = 0
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    for (const found of line.matchAll(/\u001b\[([\d;]*)m/g)) {
      if (found.index > at) pieces.push({ text: line.slice(at, found.index), style })
      at = found.index + found[0].length
      style = (found[1] ?? '').split(';').reduce((now, code) => apply(now, Number(code)), style)
    }
    if (at < line.length) pieces.push({ text: line.slice(at), style })
    return pieces
  })
}
