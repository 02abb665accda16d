import type { Picture } from './svg.ts'

// The picture of both sides: what stands where, and what goes from one to the other. Nobody's fonts are known, so every text is
// broken and placed by the widths of Verdana, which is wider than what systems show by themselves.

const NARROW = /[ijlI.,:;'|!]/
const WIDE = /[mwMW@%]/
const CAPITAL = /[A-Z0-9]/
const emOf = (sign: string): number =>
  sign === ' ' ? 0.36 : NARROW.test(sign) ? 0.42 : WIDE.test(sign) ? 0.98 : CAPITAL.test(sign) ? 0.74 : /[frt-]/.test(sign) ? 0.46 : 0.64

/** Columns that a text takes at most, in pixels; bold letters are wider. */
const widthOf = (text: string, size: number, bold = false): number =>
  [...text].reduce((sum, sign) => sum + emOf(sign), 0) * size * (bold ? 1.12 : 1)

/** A text in lines of at most `room` pixels. Throws where one word alone is wider. */
function broken(text: string, size: number, room: number, bold = false): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    if (widthOf(word, size, bold) > room) throw new Error(`"${word}" does not fit into ${room} pixels`)
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim()
    if (lines.length > 0 && widthOf(longer, size, bold) <= room) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

interface Colours {
  readonly back: string
  readonly box: string
  readonly fore: string
  readonly dim: string
  readonly line: string
  readonly program: string
  readonly bridge: string
  readonly store: string
}

const colours: Readonly<Record<'light' | 'dark', Colours>> = {
  light: {
    ...{ back: '#ffffff', box: '#f6f8fa', fore: '#1f2328', dim: '#59636e', line: '#8c959f' },
    ...{ program: '#0969da', bridge: '#1a7f37', store: '#9a6700' },
  },
  dark: {
    ...{ back: '#0d1117', box: '#161b22', fore: '#e6edf3', dim: '#9198a1', line: '#6e7681' },
    ...{ program: '#58a6ff', bridge: '#3fb950', store: '#d29922' },
  },
}

const [TITLE, SMALL, STEP] = [14, 12, 18]
const [BOX_WIDTH, BOX_HEIGHT] = [230, 64]

/** A box with a name and a line below it, both in its middle. */
function box(x: number, y: number, stroke: string, name: string, below: string, { box: fill, dim }: Colours): string[] {
  const middle = x + BOX_WIDTH / 2
  for (const [text, size, bold] of [[name, TITLE, true] as const, [below, SMALL, false] as const])
    if (broken(text, size, BOX_WIDTH - 20, bold).length > 1) throw new Error(`"${text}" does not fit into its box`)
  return [
    `<rect x="${x}" y="${y}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="6" fill="${fill}" stroke="${stroke}"/>`,
    `<text x="${middle}" y="${y + 28}" text-anchor="middle" font-weight="600">${name}</text>`,
    `<text x="${middle}" y="${y + 49}" text-anchor="middle" fill="${dim}" font-size="${SMALL}">${below}</text>`,
  ]
}

/** Lines of a note, from its place down. */
const note = (x: number, y: number, room: number, text: string, fill: string): string[] =>
  broken(text, SMALL, room).map((line, at) => `<text x="${x}" y="${y + at * STEP}" font-size="${SMALL}" fill="${fill}">${line}</text>`)

const SHARED = [
  'memory: decisions, with who and why',
  'handoffs, questions, answers',
  'files of the workspace and of open folders',
  "changes: each learns of the other's",
  'shared servers: one process, one key, results that both can use again',
]

const NO_DAEMON = 'No daemon, no port. Whichever process ends, the others go on, and one of them takes over what it looked after.'
const MIRROR = 'With home on Windows it is the mirror image.'
const NEVER_PUSHED =
  "Nothing is pushed into the other's model: its next answer of a tool, its greeting and the hook say that something waits."

function drawn(theme: 'light' | 'dark'): string {
  const of = colours[theme]
  const [width, height] = [940, 460]
  let y = 252
  const shared = SHARED.flatMap((text) => {
    const lines = note(360, y, 250, text, of.fore)
    y += lines.length * STEP + 6
    return lines
  })
  const storeHeight = y - 196
  if (196 + storeHeight > height - 30) throw new Error('what both share does not fit into its box')
  const head = (id: string, path: string, at: number) =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="${at}" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="${path}" fill="${of.dim}"/></marker>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif" font-size="${TITLE}" fill="${of.fore}">`,
    '<title>Two programs on two sides, each with a bridge of its own, over one store: memory, handoffs, files and shared servers</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${of.back}" stroke="${of.line}" stroke-opacity=".4"/>`,
    `<rect x="20" y="50" width="270" height="390" rx="8" fill="none" stroke="${of.line}"/>`,
    `<rect x="320" y="50" width="600" height="390" rx="8" fill="none" stroke="${of.line}"/>`,
    `<text x="36" y="38" font-weight="600" fill="${of.dim}">Windows</text>`,
    `<text x="336" y="38" font-weight="600" fill="${of.dim}">WSL, where home is</text>`,
    ...box(40, 80, of.program, 'Claude Desktop', 'its config: one entry', of),
    ...box(670, 80, of.program, 'Claude Code', 'its config: one entry, one hook', of),
    ...box(340, 80, of.bridge, 'bridge of Desktop', 'a process of its own', of),
    ...box(670, 196, of.bridge, 'bridge of Code', 'a process of its own', of),
    `<rect x="340" y="196" width="290" height="${storeHeight}" rx="6" fill="${of.box}" stroke="${of.store}"/>`,
    '<text x="485" y="224" text-anchor="middle" font-weight="600">what both share</text>',
    ...shared,
    `<g stroke="${of.dim}" stroke-width="1.5" fill="none" marker-start="url(#b)" marker-end="url(#a)">`,
    '<path d="M274 112H336"/><path d="M785 148V192"/><path d="M455 148V192"/><path d="M666 228H634"/>',
    '</g>',
    `<rect x="248" y="58" width="114" height="18" fill="${of.back}"/>`,
    `<text x="305" y="71" text-anchor="middle" font-size="${SMALL}" fill="${of.dim}">wsl.exe, stdio</text>`,
    `<text x="795" y="175" font-size="${SMALL}" fill="${of.dim}">stdio</text>`,
    ...note(40, 200, 230, NO_DAEMON, of.dim),
    ...note(40, 290, 230, MIRROR, of.dim),
    ...note(654, 300, 250, NEVER_PUSHED, of.dim),
    `<defs>${head('a', 'M0 0L8 4L0 8z', 7)}${head('b', 'M8 0L0 4L8 8z', 1)}</defs>`,
    '</svg>\n',
  ].join('\n')
}

/** Both pictures of the sides. */
export const sidesPictures = (): Picture[] =>
  (['light', 'dark'] as const).map((theme) => ({ name: `sides-${theme}.svg`, text: drawn(theme) }))
