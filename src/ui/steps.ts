import type { Paint } from '../context.ts'
import { changeLines, type FieldChange, handEditLegend } from '../model/field-change.ts'
import type { Step } from '../model/plan.ts'
import { visible } from './escape.ts'
import { columns, cutPath, pad, wrap } from './width.ts'

/** Words for the machine's parts that a report names. */
export interface Labels {
  environment(id: string): string
  client(id: string): string
  /** A file as its side spells it, with the home folder as `~`. */
  file(environment: string, file: string): string
  /** A text with every side's home folder as `~`. */
  text?(text: string): string
}

const MARKS: Record<Step['change'], [string, string]> = {
  add: ['+', 'add'],
  update: ['~', 'update'],
  remove: ['-', 'remove'],
  adopt: ['=', 'already correct; now managed'],
  none: ['·', 'nothing to write'],
}

/** Columns before what happens; more where a heading needs them, up to `WIDEST`. */
const LEFT = 26
const WIDEST = 34
/** With fewer columns for what happens it stands below what it is about. */
export const ROOM_LEAST = 30
const PACKAGES = 'Packages'

interface Sheet {
  readonly labels: Labels
  readonly paint: Paint
  readonly width: number
  readonly left: number
}

/** A group of rows under one heading: a file, the packages, or what concerns several files. */
interface Group {
  readonly title: string
  readonly file: string
  readonly rows: readonly Row[]
}

/** Mark, what it is about, what happens. */
interface Row {
  readonly step: Step
  readonly name: string
  readonly text: string
  /** Shown below, with their values. */
  readonly fields?: readonly FieldChange[]
}

const isBad = (step: Step): boolean => step.outcome === 'refused' || step.outcome === 'failed' || step.outcome === 'skipped'

/** One row; a problem ends with the command that fixes it. */
function rowLines({ step, name, text, fields = [] }: Row, sheet: Sheet): string[] {
  const { paint, width, left } = sheet
  const isBelow = width - left - 4 < ROOM_LEAST
  const room = isBelow ? width - 6 : width - left - 4
  const mark = MARKS[step.change][0]
  const head = isBad(step) ? paint.bad('✗') : step.change === 'remove' ? paint.warn(mark) : paint.good(mark)
  const said = text
    .split('\n')
    .flatMap((line, at) => wrap(visible(line), room - (at === 0 ? 0 : 2)).map((each) => (at === 0 ? each : `  ${cutPath(each, room - 2)}`)))
  const names = wrap(name, width === Number.POSITIVE_INFINITY ? width : left - 4)
  const [beside, below] = isBelow ? [[], said] : [said, []]
  const rows = Math.max(beside.length, names.length)
  const lines = Array.from({ length: rows }, (_, at) =>
    `${at === 0 ? `  ${head} ` : '    '}${pad(names[at] ?? '', left - 2)}${beside[at] ?? ''}`.trimEnd(),
  )
  lines.push(...below.map((line) => `      ${line}`))
  lines.push(...fields.flatMap((each) => fieldLines(each, sheet)))
  return isBad(step) && step.hint !== null ? [...lines, ...hintLines(visible(step.hint).split('; '), sheet)] : lines
}

/** Hints below their row; further left where one would wrap there, since commands are copied whole. */
function hintLines(hints: readonly string[], { paint, width, left }: Sheet): string[] {
  const indent = hints.every((hint) => columns(hint) <= width - left - 4) ? left + 2 : 6
  return hints.flatMap((hint) =>
    wrap(hint, Math.max(30, width - indent - 2)).map((line, at) => `${' '.repeat(indent)}${at === 0 ? paint.dim('→') : ' '} ${line}`),
  )
}

/** How much is shown of what a step changes: the names of the fields, the values of updated entries, or all values. */
export type Detail = 'names' | 'updates' | 'all'

/** The reason of a refusal, with what the lines of its hand edit compare. */
function withLegend(reason: string | null): string | undefined {
  if (reason === null) return undefined
  const [first, ...lines] = reason.split('\n')
  const legend = handEditLegend(lines)
  return [first, ...(legend === null ? [] : [legend]), ...lines].join('\n')
}

/** The row of an entry, or of its file as a whole. */
function entryRow(step: Step, detail: Detail): Row {
  const { fields = [], reason } = step
  const name = step.server === null ? (isBad(step) ? 'not written' : 'the file') : visible(step.server)
  const shows = fields.length > 0 && (detail === 'all' || (detail === 'updates' && step.change === 'update'))
  // A refusal's reason shows the same fields.
  if (isBad(step))
    return { step, name, text: (shows ? reason?.split('\n')[0] : withLegend(reason)) ?? step.outcome, ...(shows ? { fields } : {}) }
  if (step.server === null && reason !== null) return { step, name, text: reason }
  const names = step.change === 'update' && !shows ? fields.map(({ field }) => visible(field)) : []
  const word = names.length === 0 ? MARKS[step.change][1] : `${MARKS[step.change][1]}: ${names.join(', ')}`
  const text = reason !== null && step.change !== 'adopt' ? `${word} (${reason})` : word
  return { step, name, text, ...(shows ? { fields } : {}) }
}

/** The fields of a row, below it. A path is shortened, unless before and after would look the same. */
function fieldLines(change: FieldChange, { width, labels }: Sheet): string[] {
  const cut = (line: string): string[] => wrap(visible(line), width - 8).map((each, at) => cutPath(each, width - (at === 0 ? 6 : 8)))
  const lines = changeLines(change).map(visible)
  const short = lines.map((line) => labels.text?.(line) ?? line)
  const shown = short.map((line) => cut(line).map((each, at) => `${' '.repeat(at === 0 ? 6 : 8)}${each}`))
  const [before, after] = shown.map((each) => each.join('\n').slice('      - '.length))
  return before === after ? lines.map((line) => `      ${line}`) : shown.flat()
}

/** Reports a problem that a server has in several files once: a missing key above all. */
function togetherIn(steps: readonly Step[], detail: Detail): Map<string, Step[]> {
  const found = new Map<string, Step[]>()
  for (const step of steps) {
    if (!isBad(step) || step.server === null || step.kind === 'install') continue
    if (detail === 'all' && step.fields !== undefined) continue
    const key = `${step.reason}\n${step.hint}`
    found.set(key, [...(found.get(key) ?? []), step])
  }
  return new Map([...found].filter(([, same]) => new Set(same.map((step) => `${step.environment} ${step.client} ${step.file}`)).size > 1))
}

function togetherRow(steps: readonly Step[]): Row[] {
  const [step] = steps
  if (step === undefined) return []
  const names = [...new Set(steps.map((each) => visible(each.server ?? '')))].join(', ')
  const files = new Set(steps.map((each) => `${each.environment} ${each.client} ${each.file}`)).size
  const [first, ...lines] = (withLegend(step.reason) ?? step.outcome).split('\n')
  return [{ step, name: names, text: [`${first} (${files} files)`, ...lines].join('\n') }]
}

function groupsOf(steps: readonly Step[], labels: Labels, detail: Detail): Group[] {
  const installs = steps.filter((step) => step.kind === 'install')
  const together = togetherIn(steps, detail)
  const said = new Set([...together.values()].flat())
  const files = new Map<string, Step[]>()
  for (const step of steps) {
    if (step.kind === 'install' || said.has(step)) continue
    const key = `${step.environment}\n${step.client}\n${step.file}`
    files.set(key, [...(files.get(key) ?? []), step])
  }
  const titleOf = ({ environment, client }: Step): string =>
    client === null ? labels.environment(environment) : `${labels.client(client)} (${labels.environment(environment)})`
  const group = (title: string, rows: readonly Row[], file = ''): Group[] => (rows.length === 0 ? [] : [{ title, rows, file }])
  return [
    ...group(PACKAGES, installRows(installs, labels)),
    ...[...files.values()].flatMap((same) => {
      const [first] = same
      if (first === undefined) return []
      return group(
        titleOf(first),
        same.map((step) => entryRow(step, detail)),
        first.file === null ? '' : labels.file(first.environment, first.file),
      )
    }),
    ...group('Left out', [...together.values()].flatMap(togetherRow)),
  ]
}

/** One row a package, with all sides on which the same became of it. */
function installRows(steps: readonly Step[], labels: Labels): Row[] {
  const rows = new Map<string, { step: Step; sides: string[]; names: string[] }>()
  for (const step of steps) {
    // A failure names its package first; several packages often fail for one reason.
    const [, name = '', why] = isBad(step) ? (/^(.+?): (.+)$/s.exec(step.reason ?? '') ?? []) : []
    const key = JSON.stringify([step.change, step.outcome, why ?? step.reason, step.hint])
    const row = rows.get(key) ?? { step, sides: [], names: [] }
    rows.set(key, { step, sides: [...row.sides, labels.environment(step.environment)], names: [...row.names, name] })
  }
  return [...rows.values()].map(({ step, sides, names: all }) => {
    const [names, name] = [[...new Set(all)], [...new Set(sides)].join(', ')]
    const why = (step.reason ?? '').slice((names[0] ?? '').length + 2)
    return { step, name, text: names.length < 2 ? (step.reason ?? '') : `${names.length} packages: ${why} (${names.join(', ')})` }
  })
}

/** The steps of a plan or of what was done: packages, each file, and what is left out of several files. */
export function describeSteps(steps: readonly Step[], labels: Labels, paint: Paint, width: number, detail: Detail = 'names'): string[] {
  const groups = groupsOf(steps, labels, detail)
  const left = Math.min(WIDEST, Math.max(LEFT, ...groups.map(({ title }) => columns(title))))
  return groups.flatMap(({ title, file, rows }) => {
    // A package's name is long, and the text before it short.
    const sheet: Sheet = { labels, paint, width, left: title === PACKAGES ? LEFT : left }
    const path = cutPath(file, Math.max(20, width - Math.max(left + 2, columns(title) + 2)))
    return [`${paint.strong(pad(title, left + 2))}${paint.dim(path)}`.trimEnd(), ...rows.flatMap((row) => rowLines(row, sheet))]
  })
}
