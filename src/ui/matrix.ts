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

const painted = (state: CellState, paint: Paint): ((text: string) => string) =>
  MARKS[state] === '✓' ? paint.good : MARKS[state] === '!' ? paint.warn : MARKS[state] === '✗' ? paint.bad : paint.dim

/**
 * Servers × clients as a table: one column a client file, its side above it. Headings are broken where the table is too wide;
 * where it is wider still, each server is a heading with its clients below.
 */
export function describeMatrix(
  matrix: Matrix,
  files: readonly { environment: string; client: string }[],
  labels: Labels,
  paint: Paint,
  width: number,
): string[] {
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

/** Each server with its states below, and at each state the clients. */
function stacked(
  rows: readonly (readonly string[])[],
  files: readonly { environment: string; client: string }[],
  labels: Labels,
  paint: Paint,
  width: number,
): string[] {
  const sides = new Set(files.map(({ environment }) => environment))
  return rows.flatMap(([name = '', version = '', ...cells]) => {
    const places = new Map<string, string[]>()
    for (const [at, cell] of cells.entries()) {
      const file = files[at]
      if (cell === '' || file === undefined) continue
      const place = `${labels.client(file.client)}${sides.size > 1 ? ` (${labels.environment(file.environment)})` : ''}`
      places.set(cell, [...(places.get(cell) ?? []), place])
    }
    const lines = [...places].flatMap(([cell, at]) => {
      const [first = '', ...more] = wrap(`${cell}: ${at.join(', ')}`, width - 4)
      return [`  ${painted(stateOf(cell), paint)(first)}`, ...more.map((text) => `    ${text}`)]
    })
    return [paint.strong(`${name} ${version}`.trim()), ...lines]
  })
}

const managedRow = (row: Matrix['servers'][number]): string[] => [
  visible(row.name),
  row.version ?? '',
  ...row.cells.map((cell) => `${MARKS[cell.state]} ${cell.state}`),
]

function unmanagedRows(matrix: Matrix, files: readonly { environment: string; client: string }[]): string[][] {
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
