import type { Paint } from '../context.ts'
import type { CellState, Matrix } from '../core/plan/matrix.ts'
import { visible } from './escape.ts'
import type { Labels } from './steps.ts'
import { columns, pad } from './width.ts'

const MARKS: Record<CellState, string> = { 'in sync': '✓', differs: '!', missing: '!', unmanaged: '?', off: '·', 'not here': '–' }

const painted = (state: CellState, paint: Paint): ((text: string) => string) =>
  state === 'in sync' ? paint.good : state === 'differs' || state === 'missing' ? paint.warn : paint.dim

/** Servers × clients as a table: one column a client file, its side above it. */
export function describeMatrix(
  matrix: Matrix,
  files: readonly { environment: string; client: string }[],
  labels: Labels,
  paint: Paint,
): string[] {
  const extra = [...new Set(matrix.unmanaged.map((each) => each.server))]
  const head = ['server', 'version', ...files.map((file) => labels.client(file.client))]
  const sides = [
    '',
    '',
    ...files.map((file, at) => (files[at - 1]?.environment === file.environment ? '' : labels.environment(file.environment))),
  ]
  const rows = [
    ...matrix.servers.map((row) => [
      visible(row.name),
      row.version ?? '',
      ...row.cells.map((cell) => `${MARKS[cell.state]} ${cell.state}`),
    ]),
    ...extra.map((name) => [
      visible(name),
      '',
      ...files.map((file) =>
        matrix.unmanaged.some((each) => each.server === name && each.client === file.client && each.environment === file.environment)
          ? '? unmanaged'
          : '',
      ),
    ]),
  ]
  const widths = head.map((_, at) => Math.max(...[head, sides, ...rows].map((row) => columns(row[at] ?? ''))))
  const line = (cells: readonly string[], paintCell: (text: string, at: number) => string) =>
    cells
      .map((cell, at) => paintCell(pad(cell, widths[at] ?? 0), at))
      .join('  ')
      .trimEnd()
  const stateOf = (text: string): CellState => (text.trim().slice(2) || 'not here') as CellState
  return [
    line(sides, (text) => paint.dim(text)),
    line(head, (text) => paint.strong(text)),
    ...rows.map((row) => line(row, (text, at) => (at < 2 || text.trim() === '' ? text : painted(stateOf(text), paint)(text)))),
  ]
}
