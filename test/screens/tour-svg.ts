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
const ROWS = 20
const TYPED_MS = 1400
/** How long each part is looked at, by the heading that it begins with: shares of the time before it, and a line. */
const PACES: readonly (readonly [heading: RegExp, pause: number, line: number])[] = [
  [/^mcp-twin /, 1, 1],
  [/^This machine/, 1, 2],
  [/^Servers you/, 6, 6],
  [/^Packages/, 8, 5],
  [/^\S.*\(\S+\) .*[/\\]/, 4, 3],
  [/^!/, 3, 1],
  [/^Checked/, 6, 7],
  [/^\d+ entr/, 8, 2],
]
/** From the first letter to the last line, and how long the end stays. */
const [SHOWN_MS, HOLD_MS] = [10_500, 4000]
/** What will come stands there from the beginning, so faintly. */
const FAINT = '.45'

const textOf = (line: ReturnType<typeof piecesOf>[number]): string => line.map(({ text }) => text).join('')

/** When each line appears, in ms. */
function timesOf(lines: readonly string[]): number[] {
  let [now, pace] = [0, 1]
  const shares = lines.map((line) => {
    const part = PACES.find(([heading]) => heading.test(line))
    if (part !== undefined) {
      now += part[1]
      pace = part[2]
    }
    now += pace
    return now
  })
  return shares.map((share) => Math.round(TYPED_MS + (share / now) * (SHOWN_MS - TYPED_MS)))
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

/** What both programs have, above the terminal: what they had, and what they get, from when it is written and when it answers. */
function panelsOf({ before, after, theme }: Tour, width: number, texts: readonly string[], times: readonly number[], film: Film): string[] {
  return after.flatMap(({ name, label, servers }, at) => {
    const had = before[at]?.servers ?? []
    const x = PAD + (at * (width - PAD)) / after.length
    const written = times[texts.findIndex((line) => line.includes(`(${label})`) && /[/\\]/.test(line) && !line.startsWith(' '))] ?? 0
    const rows = [...had, ...servers.filter((each) => !had.includes(each))].map((server, row) => {
      const checked = texts.findIndex((line) => line.includes('✓') && line.includes(` ${server} `) && line.includes(` ${label} `))
      const y = 2 * PAD + LINE + row * LINE
      const word = (text: string, column: number, more: string) =>
        `<text x="${(x + column * CELL).toFixed(1)}" y="${y}"${more}>${escaped(text)}</text>`
      const green = ` fill="${theme.colours[10]}"`
      return [
        ...(had.includes(server)
          ? [word(server, 2, '')]
          : [word(server, 2, ` fill-opacity="${FAINT}"`), word(server, 2, `${green}${film.from(written)}`)]),
        ...(checked < 0 ? [] : [word('✓', 0, `${green}${film.from(times[checked] ?? 0)}`)]),
      ].join('')
    })
    return [`<text x="${x.toFixed(1)}" y="${PAD + 13}" font-weight="bold">${escaped(name)}</text>`, ...rows]
  })
}

/** The line that is typed, word by word. */
const typed = (command: string, film: Film): string =>
  `<text y="${PAD + 13}"><tspan x="${PAD}" fill-opacity=".62">$</tspan>${command
    .split(' ')
    .map((word, at, all) => {
      const column = 2 + all.slice(0, at).join(' ').length + (at > 0 ? 1 : 0)
      return `<tspan x="${(PAD + column * CELL).toFixed(1)}"${film.from(400 + at * 220)}>${escaped(word)}</tspan>`
    })
    .join('')}</text>`

/** What both programs have, and below it the film of a terminal that changes it. */
export function tourOf(tour: Tour): string {
  const { command, screen, columns, theme, after } = tour
  const lines = piecesOf(screen)
  const texts = lines.map(textOf)
  const times = timesOf(texts)
  const film = new Film(SHOWN_MS + HOLD_MS)
  const deepest = Math.max(...after.map(({ servers }) => servers.length))
  const [width, terminal] = [Math.ceil(2 * PAD + columns * CELL), 2 * PAD + (deepest + 1) * LINE]
  // No part of the line below the last one is seen.
  const seen = PAD / 2 + ROWS * LINE
  const height = terminal + seen + PAD
  const body = lines.map((pieces, at) => {
    const line = lineOf(pieces, at + 1, theme)
    return line === '' ? '' : `<g${film.from(times[at] ?? 0)}>${line}</g>`
  })
  const scroll = times.flatMap((ms, at): [number, number][] => (at + 2 > ROWS ? [[ms, (at + 2 - ROWS) * LINE]] : []))
  const panels = panelsOf(tour, width, texts, times, film)
  const drawn = [
    ...panels,
    `<path d="M0 ${terminal}H${width}M${width / 2} 0V${terminal}" stroke="${theme.colours[8]}" stroke-opacity=".4"/>`,
    `<svg y="${terminal + PAD / 2}" width="${width}" height="${seen}" viewBox="0 ${PAD / 2} ${width} ${seen}"><g class="screen">`,
    ...[typed(command, film), ...body].filter((each) => each !== ''),
    '</g></svg>',
  ]
  const title = `What two programs have before and after ${command}, which finds their servers, installs them, writes both configs and checks them`
  return [...frameOf(width, height, theme, title), ...film.style(scroll), ...drawn, '</svg>\n'].join('\n')
}
