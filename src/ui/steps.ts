import type { Paint } from '../context.ts'
import type { Step } from '../model/plan.ts'
import { visible } from './escape.ts'
import { columns, cutPath, pad } from './width.ts'

/** Words for the machine's parts that a report names. */
export interface Labels {
  environment(id: string): string
  client(id: string): string
  /** A file as its side spells it, with the home folder as `~`. */
  file(environment: string, file: string): string
}

const MARKS: Record<Step['change'], [string, string]> = {
  add: ['+', 'add'],
  update: ['~', 'update'],
  remove: ['-', 'remove'],
  adopt: ['=', 'taken over, it already says the same'],
  none: ['·', 'nothing to write'],
}

const LEFT = 26

/** Wraps a reason at blanks, the further lines under the first. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && columns(line) + 1 + columns(word) > room) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}

const isBad = (step: Step): boolean => step.outcome === 'refused' || step.outcome === 'failed' || step.outcome === 'skipped'

/** One step as a row: mark, what it is about, what happens; a trouble also with the command that mends it. */
function row(step: Step, name: string, text: string, paint: Paint, width: number): string[] {
  const room = Math.max(30, width - LEFT - 4)
  const mark = MARKS[step.change][0]
  const head = isBad(step) ? paint.bad('✗') : step.change === 'remove' ? paint.warn(mark) : paint.good(mark)
  const [first = '', ...more] = wrap(text, room)
  const indent = ' '.repeat(LEFT + 2)
  const hint =
    isBad(step) && step.hint !== null
      ? wrap(visible(step.hint), room).map((line, at) => `${indent}${at === 0 ? paint.dim('→') : ' '} ${line}`)
      : []
  return [`  ${head} ${pad(name, LEFT - 2)}${first}`, ...more.map((line) => indent + line), ...hint]
}

function entryRow(step: Step, paint: Paint, width: number): string[] {
  const word = MARKS[step.change][1]
  const name = step.server === null ? (isBad(step) ? 'not written' : 'the file') : visible(step.server)
  const text = isBad(step)
    ? (step.reason ?? step.outcome)
    : step.reason !== null && step.change !== 'adopt'
      ? `${word} (${step.reason})`
      : word
  return row(step, name, visible(text), paint, width)
}

/** The steps of a plan or of what was done, grouped by file, installs first. */
export function describeSteps(steps: readonly Step[], labels: Labels, paint: Paint, width: number): string[] {
  const lines: string[] = []
  const installs = steps.filter((step) => step.kind === 'install')
  if (installs.length > 0) lines.push(paint.strong('Packages'))
  for (const step of installs) lines.push(...row(step, labels.environment(step.environment), visible(step.reason ?? ''), paint, width))
  const groups = new Map<string, Step[]>()
  for (const step of steps) {
    if (step.kind === 'install') continue
    const key = `${step.environment}\n${step.client}\n${step.file}`
    groups.set(key, [...(groups.get(key) ?? []), step])
  }
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    const title =
      first.client === null
        ? labels.environment(first.environment)
        : `${labels.client(first.client)} (${labels.environment(first.environment)})`
    const file = first.file === null ? '' : cutPath(labels.file(first.environment, first.file), Math.max(20, width - LEFT - 3))
    lines.push(
      columns(title) >= LEFT + 2 ? `${paint.strong(title)}  ${paint.dim(file)}` : `${paint.strong(pad(title, LEFT + 2))}${paint.dim(file)}`,
    )
    for (const step of group) lines.push(...entryRow(step, paint, width))
  }
  return lines
}
