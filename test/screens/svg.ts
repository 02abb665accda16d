import { type Piece, piecesOf, type Style } from './ansi.ts'

/** Colours of a terminal: its own two, and the sixteen by number. */
export interface Theme {
  readonly back: string
  readonly fore: string
  readonly colours: readonly string[]
}

/** What many people's terminals look like; close to the palettes of GitHub's own pages, where these pictures stand. */
export const themes: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    back: '#ffffff',
    fore: '#1f2328',
    colours: [
      ...['#24292f', '#cf222e', '#116329', '#7d4e00', '#0969da', '#8250df', '#1b7c83', '#6e7781'],
      ...['#57606a', '#a40e26', '#1a7f37', '#633c01', '#218bff', '#a475f9', '#3192aa', '#8c959f'],
    ],
  },
  dark: {
    back: '#0d1117',
    fore: '#e6edf3',
    colours: [
      ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
      ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
    ],
  },
}

/** A file of this folder. */
export interface Picture {
  readonly name: string
  readonly text: string
}

const SIZE = 13
export const CELL = 7.83
export const LINE = 17
export const PAD = 14

export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const place = (cells: number): string => (PAD + cells * CELL).toFixed(1).replace(/\.0$/, '')

function attributes({ colour, bold, dim, underline, reverse }: Style, theme: Theme): string {
  const ink = colour === null ? (reverse ? theme.back : null) : (theme.colours[colour] ?? null)
  return [
    ink === null ? '' : ` fill="${ink}"`,
    bold ? ' font-weight="bold"' : '',
    dim ? ' fill-opacity=".62"' : '',
    underline ? ' text-decoration="underline"' : '',
  ].join('')
}

/**
 * Words with the column they begin at: several blanks would become one, and signs beyond Latin are drawn narrower or wider
 * than a cell by some fonts, so that whatever follows either gets a place of its own.
 */
const words = /[\u0021-\u007e\u00a1-\u00ff]+(?: [\u0021-\u007e\u00a1-\u00ff]+)*|[^ ]/gu

/** One line of a terminal, `at` lines below the first. */
export function lineOf(pieces: readonly Piece[], at: number, theme: Theme): string {
  let column = 0
  const spans: string[] = []
  for (const { text, style } of pieces) {
    for (const found of text.matchAll(words)) {
      const start = column + [...text.slice(0, found.index)].length
      spans.push(`<tspan x="${place(start)}"${attributes(style, theme)}>${escaped(found[0])}</tspan>`)
    }
    column += [...text].length
  }
  return spans.length === 0 ? '' : `<text y="${PAD + at * LINE + SIZE}">${spans.join('')}</text>`
}

const font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

/** The first lines of a picture: its size, its title, and the ground it is drawn on. */
export const frameOf = (width: number, height: number, theme: Theme, title: string): string[] => [
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${font}" font-size="${SIZE}" fill="${theme.fore}">`,
  `<title>${escaped(title)}</title>`,
  `<rect width="${width}" height="${height}" rx="8" fill="${theme.back}" stroke="${theme.colours[8]}" stroke-opacity=".4"/>`,
]

/** A terminal's screen as a small picture. `columns`: the terminal's width. */
export function svgOf(screen: string, columns: number, theme: Theme, title: string): string {
  const lines = piecesOf(screen)
  const [width, height] = [Math.ceil(2 * PAD + columns * CELL), 2 * PAD + lines.length * LINE]
  return [
    ...frameOf(width, height, theme, title),
    ...lines.map((pieces, at) => lineOf(pieces, at, theme)).filter((line) => line !== ''),
    '</svg>\n',
  ].join('\n')
}

const signs: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }
const unescaped = (text: string): string => text.replace(/&(?:lt|gt|amp);/g, (found) => signs[found] ?? found)

/** The words of a picture of a terminal, line by line, with one blank between those that stand apart. */
export const wordsOf = (picture: string): string[] =>
  [...picture.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, inner = '']) => {
    let line = ''
    let end = 0
    for (const [, x, text = ''] of inner.matchAll(/<tspan x="([\d.]+)"[^>]*>(.*?)<\/tspan>/g)) {
      const column = Math.round((Number(x) - PAD) / CELL)
      line += `${column > end && line !== '' ? ' ' : ''}${unescaped(text)}`
      end = column + [...unescaped(text)].length
    }
    return line === '' ? unescaped(inner) : line
  })
