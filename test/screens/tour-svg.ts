import { piecesOf } from './ansi.ts'
import { CELL, escaped, frameOf, LINE, lineOf, PAD, type Theme } from './svg.ts'

/** What one program has in its own config. */
export interface Side {
  readonly name: string
  /** How the lines of the terminal call this side. */
  readonly label: string
  readonly servers: readonly string[]
}

export interface Tour {
  readonly command: string
  /** The whole output, with its colours. */
  readonly screen: string
  readonly columns: number
  readonly theme: Theme
  readonly before: readonly Side[]
  readonly after: readonly Side[]
}

/** Lines of the terminal that are seen at once. */
const ROWS = 21
const TYPED_MS = 1200
/** How long each part is looked at, by the heading that it begins with: ms before it, and a line. */
const PACES: readonly (readonly [heading: RegExp, pauseMs: number, lineMs: number])[] = [
  [/^mcp-twin /, 300, 30],
  [/^This machine/, 200, 110],
  [/^Servers you/, 900, 350],
  [/^Packages/, 900, 650],
  [/^\S.*\(\S+\) .*[/\\]/, 350, 130],
  [/^!/, 300, 60],
  [/^Checked/, 700, 380],
  [/^\d+ entr/, 700, 60],
]
const HOLD_MS = 6000

const textOf = (line: ReturnType<typeof piecesOf>[number]): string => line.map(({ text }) => text).join('')

/** When each line appears, in ms. */
function timesOf(lines: readonly string[]): number[] {
  let [now, pace] = [TYPED_MS, 50]
  return lines.map((line) => {
    const part = PACES.find(([heading]) => heading.test(line))
    if (part !== undefined) {
      now += part[1]
      pace = part[2]
    }
    now += pace
    return now
  })
}

/** Styles by which an element appears at a time of a film that is shown again and again; without motion all is seen. */
class Film {
  readonly #times = new Map<number, string>()
  readonly lengthMs: number
  constructor(lengthMs: number) {
    this.lengthMs = lengthMs
  }

  percent = (ms: number): string => ((100 * ms) / this.lengthMs).toFixed(2)

  from(ms: number): string {
    const name = this.#times.get(ms) ?? `t${this.#times.size}`
    this.#times.set(ms, name)
    return ` class="${name}"`
  }

  style(scroll: readonly (readonly [ms: number, y: number])[]): string[] {
    const seconds = (this.lengthMs / 1000).toFixed(2)
    const steps = scroll.map(([ms, y]) => `${this.percent(ms)}%{transform:translateY(${-y}px)}`).join('')
    return [
      '<style>',
      `.screen{transform:translateY(${-(scroll.at(-1)?.[1] ?? 0)}px)}`,
      '@media (prefers-reduced-motion:no-preference){',
      `.screen{animation:scroll ${seconds}s step-end infinite}@keyframes scroll{0%{transform:translateY(0)}${steps}}`,
      ...[...this.#times].map(
        ([ms, name]) =>
          `.${name}{animation:${name} ${seconds}s step-end infinite}@keyframes ${name}{0%{opacity:0}${this.percent(ms)}%{opacity:1}}`,
      ),
      '}',
      '</style>',
    ]
  }
}

/** One film of a terminal, and below it what both programs have by then. */
export function tourOf({ command, screen, columns, theme, before, after }: Tour): string {
  const lines = piecesOf(screen)
  const texts = lines.map(textOf)
  const times = timesOf(texts)
  const film = new Film((times.at(-1) ?? 0) + HOLD_MS)
  const [width, terminal] = [Math.ceil(2 * PAD + columns * CELL), 2 * PAD + ROWS * LINE]
  const deepest = Math.max(...after.map(({ servers }) => servers.length))
  const height = terminal + (deepest + 2) * LINE + PAD
  const first = `<text y="${PAD + 13}"><tspan x="${PAD}" fill-opacity=".62">$</tspan>${command
    .split(' ')
    .map((word, at, all) => {
      const column = 2 + all.slice(0, at).join(' ').length + (at > 0 ? 1 : 0)
      return `<tspan x="${(PAD + column * CELL).toFixed(1)}"${film.from(300 + at * 200)}>${escaped(word)}</tspan>`
    })
    .join('')}</text>`
  const body = lines.map((pieces, at) => {
    const line = lineOf(pieces, at + 1, theme)
    return line === '' ? '' : `<g${film.from(times[at] ?? 0)}>${line}</g>`
  })
  const scroll = times.flatMap((ms, at): [number, number][] => (at + 2 > ROWS ? [[ms, (at + 2 - ROWS) * LINE]] : []))
  const panels = after.flatMap(({ name, label, servers }, at) => {
    const had = before[at]?.servers ?? []
    const x = PAD + (at * (width - PAD)) / after.length
    const y = terminal + LINE
    const isOf = (line: string): boolean => line.includes(`(${label})`) && /[/\\]/.test(line)
    const written = times[texts.findIndex(isOf)] ?? 0
    const rows = [...had, ...servers.filter((each) => !had.includes(each))].map((server, row) => {
      const checked = texts.findIndex((line) => line.includes('✓') && line.includes(` ${server} `) && line.includes(` ${label} `))
      const top = y + (row + 1) * LINE
      const mark = checked < 0 ? '' : `<text x="${x}" y="${top}" fill="${theme.colours[10]}"${film.from(times[checked] ?? 0)}>✓</text>`
      const shown = `<text x="${(x + 2 * CELL).toFixed(1)}" y="${top}"${had.includes(server) ? '' : film.from(written)}>${escaped(server)}</text>`
      return mark + shown
    })
    return [`<text x="${x}" y="${y}" font-weight="bold">${escaped(name)}</text>`, ...rows]
  })
  // No part of the line below the last one is seen.
  const seen = PAD / 2 + ROWS * LINE
  const line = `<path d="M0 ${terminal}H${width}M${width / 2} ${terminal}V${height}" stroke="${theme.colours[8]}" stroke-opacity=".4"/>`
  const drawn = [
    `<svg y="${PAD / 2}" width="${width}" height="${seen}" viewBox="0 ${PAD / 2} ${width} ${seen}"><g class="screen">`,
    ...[first, ...body].filter((each) => each !== ''),
    '</g></svg>',
    line,
    ...panels,
  ]
  const title = `${command}: servers of two programs are found, installed, written into both and checked`
  return [...frameOf(width, height, theme, title), ...film.style(scroll), ...drawn, '</svg>\n'].join('\n')
}
