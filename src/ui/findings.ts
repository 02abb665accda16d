import type { Paint } from '../context.ts'
import type { Environment } from '../model/environment.ts'
import type { Finding, Level } from '../model/check.ts'
import { handEditLegend } from '../model/field-change.ts'
import { visible } from './escape.ts'
import { abbreviateHome } from './labels.ts'
import { isCommand } from './shell-words.ts'
import { ROOM_LEAST } from './steps.ts'
import { columns, cutPath, pad, wrap } from './width.ts'

const LEFT = 26
const MARKS: Record<Level, string> = { ok: '✓', info: '·', skipped: '–', warning: '!', error: '✗', failed: '✗' }
const RANK: readonly Level[] = ['failed', 'error', 'warning', 'info', 'skipped', 'ok']

export interface FindingsView {
  readonly sides: readonly Environment[]
  label(environment: string): string
  readonly paint: Paint
  readonly width: number
  /** Every check by name, the good ones too. */
  readonly verbose: boolean
}

const painted = (level: Level, paint: Paint): ((text: string) => string) =>
  level === 'ok' ? paint.good : level === 'warning' ? paint.warn : level === 'error' || level === 'failed' ? paint.bad : paint.dim

function cut(text: string, room: number): string {
  if (columns(text) <= room) return text
  if (/(?:^|\s)(?:[A-Za-z]:\\|~?\/|\\\\)\S/.test(text)) return cutPath(text, room)
  return `${[...text].slice(0, room - 1).join('')}…`
}

/** Drops what the heading says already: `Claude Desktop (Windows)` under Windows. */
const under = (subject: string, heading: string): string =>
  subject.endsWith(` (${heading})`) ? subject.slice(0, -heading.length - 3) : subject

/** Of a hand edit, what its lines compare stands above them. */
function detailOf({ check, detail = [] }: Finding): readonly string[] {
  const legend = showsEdit.includes(check) ? handEditLegend(detail) : null
  return legend === null ? detail : [legend, ...detail]
}
const showsEdit: readonly string[] = ['entries-kept', 'in-sync', 'command-found']

function row(finding: Finding, heading: string, view: FindingsView): string[] {
  const { paint, width } = view
  const home = (text: string): string => visible(abbreviateHome(text, view.sides))
  const subject = under(home(finding.subject), heading)
  const mark = painted(finding.level, paint)(MARKS[finding.level])
  const detail = detailOf(finding).map(home)
  if (finding.level === 'ok' && finding.message === '' && detail.length === 1) {
    return [`  ${mark} ${pad(subject, LEFT - 2)}  ${paint.dim(cut(detail[0] ?? '', width - LEFT - 4))}`.trimEnd()]
  }
  const isBeside = width - LEFT - 4 >= ROOM_LEAST
  const lines = wrap(home(finding.message), width - (isBeside ? LEFT + 4 : 6))
  const indent = ' '.repeat(isBeside ? LEFT + 4 : 6)
  const first =
    isBeside && columns(subject) <= LEFT - 2
      ? `  ${mark} ${pad(subject, LEFT - 2)}  ${lines.shift() ?? ''}`.trimEnd()
      : `  ${mark} ${subject}`
  return [
    first,
    ...lines.map((line) => (indent + line).trimEnd()).filter((line) => line !== ''),
    ...detail.map((line) => `      ${paint.dim(cut(line, width - 6))}`),
    ...fixLines(finding, view),
  ]
}

/** In a command only the own shell's home may be `~`: another side's path would lead nowhere. */
function fixLines(finding: Finding, { paint, width, sides }: FindingsView): string[] {
  const { fix, level, choices } = finding
  if (fix === undefined || level === 'ok' || (level === 'skipped' && !wasNotStarted(finding))) return []
  if (choices !== undefined) return choices.map((each) => `      ${paint.dim('→')} ${visible(each)}`)
  const command = isCommand(fix)
  const shell = sides.filter((side) => side.self && side.kind !== 'windows')
  const text = visible(abbreviateHome(fix, command ? shell : sides))
  const [first = '', ...more] = command ? [text] : wrap(text, Math.max(30, width - 8))
  return [`      ${paint.dim('→')} ${command ? paint.accent(first) : first}`, ...more.map((line) => `        ${line}`)]
}

/** What was asked for with `--deep` is shown though it is well. */
const asked: readonly string[] = ['server-starts', 'bridge-starts', 'bridge-link']
const isShown = (finding: Finding, verbose: boolean): boolean =>
  verbose ||
  (finding.level === 'ok'
    ? asked.includes(finding.check)
    : (finding.level !== 'skipped' || wasNotStarted(finding)) && finding.isRemark !== true)

const DEEP = 'mcp-twin doctor --deep'

/** A server that `--deep` was asked for and did not start. */
const wasNotStarted = ({ level, check, fix }: Finding): boolean => level === 'skipped' && check === 'server-starts' && fix !== DEEP

/** Merges findings with the same message into one with all their names. */
function together(findings: readonly Finding[]): Finding[] {
  const rows = new Map<string, Finding>()
  for (const [at, finding] of findings.entries()) {
    const { check, level, message, fix, detail } = finding
    const key = level === 'ok' ? String(at) : JSON.stringify([check, level, message, fix, detail])
    const row = rows.get(key)
    if (row === undefined) rows.set(key, finding)
    else {
      const { autofix, ...rest } = row
      // One mark is fixed only where everything under it is.
      const isFixed = autofix !== undefined && finding.autofix !== undefined
      rows.set(key, { ...rest, ...(isFixed && { autofix }), subject: `${row.subject}, ${finding.subject}` })
    }
  }
  return [...rows.values()]
}

function section(heading: string, findings: readonly Finding[], view: FindingsView): string[] {
  if (findings.length === 0) return []
  const shown = together(findings.filter((finding) => isShown(finding, view.verbose))).sort(
    (a, b) => RANK.indexOf(a.level) - RANK.indexOf(b.level),
  )
  const folded = findings.filter((finding) => finding.level === 'ok' && !isShown(finding, view.verbose)).length
  const words = `${folded} ${folded === 1 ? 'check' : 'checks'}`
  const rest = folded === 0 ? [] : [`  ${view.paint.good('✓')} ${words}${shown.length === 0 ? '' : ' passed'}`]
  if (shown.length === 0 && rest.length === 0) return []
  return [view.paint.strong(heading), ...shown.flatMap((finding) => row(finding, heading, view)), ...rest]
}

/** The findings as a person reads them: each side, then what both share, problems first, what is well in one line. */
export function describeFindings(findings: readonly Finding[], view: FindingsView): string[] {
  const sides = [...view.sides].sort((a, b) => Number(b.kind === 'windows') - Number(a.kind === 'windows'))
  const self = view.sides.find((side) => side.self)?.id
  const ofSide = (id: string): Finding[] => findings.filter(({ group, environment = self }) => group === 'side' && environment === id)
  const shared = [
    ['Servers', 'servers'],
    ['Bridge', 'bridge'],
    ['Keys', 'keys'],
    ['Programs', 'programs'],
  ] as const
  return [
    ...sides.flatMap((side) => section(view.label(side.id), ofSide(side.id), view)),
    ...shared.flatMap(([heading, group]) =>
      section(
        heading,
        findings.filter((each) => each.group === group),
        view,
      ),
    ),
  ]
}

/** Findings as they are shown: those that share one mark are one. What differs by side stands under each side. */
function marksOf(findings: readonly Finding[]): Finding[] {
  const sections = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = finding.group === 'side' ? `side ${finding.environment ?? ''}` : finding.group
    sections.set(key, [...(sections.get(key) ?? []), finding])
  }
  return [...sections.values()].flatMap(together)
}

/** The last line: how bad it is, and what can be fixed without asking. */
export function sumOfFindings(all: readonly Finding[]): string {
  const findings = marksOf(all)
  const of = (...wanted: Level[]): Finding[] => findings.filter(({ level }) => wanted.includes(level))
  const count = (number: number, one: string): string[] => (number === 0 ? [] : [`${number} ${number === 1 ? one : `${one}s`}`])
  const failed = of('failed').length
  const parts = [
    ...count(of('error').length, 'error'),
    ...count(of('warning').length, 'warning'),
    ...(failed === 0 ? [] : [`${failed} ${failed === 1 ? 'check' : 'checks'} failed to run`]),
  ]
  const skipped = findings.filter(wasNotStarted).length
  if (parts.length === 0 && skipped > 0) return 'No problem found, but not every server was started.'
  if (parts.length === 0) return 'Everything is in order.'
  const fixable = of('error', 'warning').filter(({ autofix }) => autofix !== undefined).length
  const way =
    fixable === 0
      ? ''
      : ` To fix ${fixable === of('error', 'warning').length ? (fixable === 1 ? 'it' : 'all of them') : `${fixable} of them`}: mcp-twin doctor --fix`
  return `${parts.join(', ')}.${way}`
}
