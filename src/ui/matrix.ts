import type { Paint } from '../context.ts'
import type { CellState, Matrix } from '../core/plan/matrix.ts'
import { visible } from './escape.ts'
import type { Labels } from './steps.ts'
import { columns, pad, wrap } from './width.ts'

const MARKS: Record<CellState, string> = {
  'in sync': '✓',
  differs: '!',
  missing: '!',
  unmanaged: '?',
  off: '·',
  'not here': '–',
  shared: '✓',
  'needs key': '!',
  'file is read-only': '✗',
  'file is not writable': '✗',
  'file is broken': '✗',
}

/** A program's file: a column of the table. */
interface Spot {
  readonly environment: string
  readonly client: string
}

const painted = (state: CellState, paint: Paint): ((text: string) => string) =>
  MARKS[state] === '✓' ? paint.good : MARKS[state] === '!' ? paint.warn : MARKS[state] === '✗' ? paint.bad : paint.dim

/**
 * Servers × clients as a table: one column a client file, its side above it. Headings are broken where the table is too wide;
 * where it is wider still, states of a server are lines beside its name.
 */
export function describeMatrix(matrix: Matrix, files: readonly Spot[], labels: Labels, paint: Paint, width: number): string[] {
  const sides = [
    '',
    '',
    ...files.map((file, at) => (files[at - 1]?.environment === file.environment ? '' : labels.environment(file.environment))),
  ]
  const rows = [...matrix.servers.map(managedRow), ...unmanagedRows(matrix, files)]
  const head = ['server', 'version', ...files.map((file) => labels.client(file.client))]
  const widthsFor = (heads: readonly (readonly string[])[]) =>
    head.map((_, at) => Math.max(...[...heads, sides, ...rows].map((row) => columns(row[at] ?? ''))))
  const whole = widthsFor([head])
  const heads = whole.reduce((sum, each) => sum + each + 2, -2) <= width ? [head] : broken(head)
  const widths = heads.length === 1 ? whole : widthsFor(heads)
  if (widths.reduce((sum, each) => sum + each + 2, -2) > width) return stacked(rows, files, labels, paint, width)
  const line = (cells: readonly string[], paintCell: (text: string, at: number) => string) =>
    cells
      .map((cell, at) => paintCell(pad(cell, widths[at] ?? 0), at))
      .join('  ')
      .trimEnd()
  return [
    line(sides, (text) => paint.dim(text)),
    ...heads.map((each) => line(each, (text) => paint.strong(text))),
    ...rows.map((row) => line(row, (text, at) => (at < 2 || text.trim() === '' ? text : painted(stateOf(text), paint)(text)))),
  ]
}

const stateOf = (text: string): CellState => (text.trim().slice(2) || 'not here') as CellState

/** All programs once, then a line for each state of each server. The state of most programs only counts them; the others are named. */
function stacked(rows: readonly (readonly string[])[], files: readonly Spot[], labels: Labels, paint: Paint, width: number): string[] {
  const heads = rows.map(([name = '', version = '']) => `${name} ${version}`.trim())
  const widest = Math.max(...heads.map(columns)) + 2
  const indent = widest * 2 <= width ? widest : 2
  return [
    ...wrap(`Programs: ${placesOf(files, labels)}`, width).map((text) => paint.dim(text)),
    ...rows.flatMap(([, , ...cells], at) => {
      const head = heads[at] ?? ''
      const lines = statesOf(cells, files, labels).flatMap(({ cell, words }) => {
        const [first = '', ...more] = wrap(words, width - indent - 2)
        return [painted(stateOf(cell), paint)(first), ...more.map((text) => `  ${text}`)].map((text) => ' '.repeat(indent) + text)
      })
      const [first = '', ...more] = lines
      return columns(head) + 2 <= indent ? [paint.strong(pad(head, indent)) + first.slice(indent), ...more] : [paint.strong(head), ...lines]
    }),
  ]
}

/** The states of one server, each with its places; the one that most places have comes last and counts them. */
function statesOf(cells: readonly string[], files: readonly Spot[], labels: Labels): { cell: string; words: string }[] {
  const states = [...new Set(cells)].filter((cell) => cell !== '')
  const placesAt = (state: string): Spot[] => files.filter((_, at) => cells[at] === state)
  const most = cells.includes('') || files.length === 1 ? undefined : states.find((state) => placesAt(state).length * 2 > files.length)
  const named = states.filter((cell) => cell !== most).map((cell) => ({ cell, words: `${cell}: ${placesOf(placesAt(cell), labels)}` }))
  if (most === undefined) return named
  const rest = named.length === 0 ? `all ${files.length}` : `the other ${placesAt(most).length}`
  return [...named, { cell: most, words: `${most} in ${rest}` }]
}

/** Programs by their side: `Claude Desktop, Cursor (Windows), Claude Code (Ubuntu)`. */
const placesOf = (files: readonly Spot[], labels: Labels): string =>
  [...new Set(files.map(({ environment }) => environment))]
    .map((side) => {
      const names = files.flatMap((file) => (file.environment === side ? [labels.client(file.client)] : []))
      return `${names.join(', ')} (${labels.environment(side)})`
    })
    .join(', ')

const managedRow = (row: Matrix['servers'][number]): string[] => [
  visible(row.name),
  row.version ?? '',
  ...row.cells.map((cell) => `${MARKS[cell.state]} ${cell.state}`),
]

function unmanagedRows(matrix: Matrix, files: readonly Spot[]): string[][] {
  return [...new Set(matrix.unmanaged.map((each) => each.server))].map((name) => [
    visible(name),
    '',
    ...files.map((file) =>
      matrix.unmanaged.some((each) => each.server === name && each.client === file.client && each.environment === file.environment)
        ? '? unmanaged'
        : '',
    ),
  ])
}

/** Headings over several lines, no wider than the cells below them. */
function broken(head: readonly string[]): string[][] {
  const parts = head.map((text) => wrap(text, columns('? unmanaged')))
  const depth = Math.max(...parts.map((lines) => lines.length))
  return Array.from({ length: depth }, (_, at) => parts.map((lines) => lines[at - depth + lines.length] ?? ''))
}
