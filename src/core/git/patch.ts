import { type LineChange, type Effort, lineChanges } from './line-diff.ts'

/** One side of a changed file. `mode` as git knows it. */
export interface PatchSide {
  readonly id: string
  readonly mode: number
  readonly bytes: Buffer
}

const context = 3
/** git takes what has a NUL in its first bytes for no text. */
const textHead = 8000
const none = '0'.repeat(40)

export const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, textHead).includes(0)

/** How the lines of a text end. */
const lineEnds = (bytes: Buffer): 'none' | 'lf' | 'crlf' | 'mixed' => {
  const text = bytes.toString('latin1')
  const [all, windows] = [text.split('\n').length - 1, text.split('\r\n').length - 1]
  return all === 0 ? 'none' : windows === 0 ? 'lf' : windows === all ? 'crlf' : 'mixed'
}

/** The same text with LF at the end of its lines, which is what git stores where it converts them. */
export const withoutCarriageReturns = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')

/** The change of a file as git shows it. Null sides: it is new, or gone. One whose kind has changed is shown as gone and new. */
export function patchOf(path: string, old: PatchSide | null, now: PatchSide | null, effort: Effort): string {
  if (old !== null && now !== null && old.mode >> 12 !== now.mode >> 12)
    return `${patchOf(path, old, null, effort)}\n${patchOf(path, null, now, effort)}`
  const [before, after] = [quoted(`a/${path}`), quoted(`b/${path}`)]
  const [oldMode, newMode] = [old, now].map((side) => side?.mode.toString(8).padStart(6, '0'))
  const isSame = old?.id === now?.id
  const head = [
    `diff --git ${before} ${after}`,
    ...(old === null ? [`new file mode ${newMode}`] : now === null ? [`deleted file mode ${oldMode}`] : []),
    ...(old !== null && now !== null && oldMode !== newMode ? [`old mode ${oldMode}`, `new mode ${newMode}`] : []),
    ...(isSame ? [] : [`index ${short(old)}..${short(now)}${old !== null && now !== null && oldMode === newMode ? ` ${newMode}` : ''}`]),
  ]
  const [from, to] = [old?.bytes ?? Buffer.alloc(0), now?.bytes ?? Buffer.alloc(0)]
  const names = [old === null ? '/dev/null' : before, now === null ? '/dev/null' : after] as const
  if (isSame || (from.length === 0 && to.length === 0)) return head.join('\n')
  if (isBinary(from) || isBinary(to)) return [...head, `Binary files ${names[0]} and ${names[1]} differ`].join('\n')
  return [...head, `--- ${names[0]}`, `+++ ${names[1]}`, ...hunks(from, to, effort)].join('\n')
}

const short = (side: PatchSide | null): string => (side?.id ?? none).slice(0, 7)

/** As git writes a name with a character that could end it or the line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const quoted = (name: string): string => (/[\u0000-\u001f\u007f"\\]/.test(name) ? JSON.stringify(name) : name)

/** Lines with the sign of what they are. Line endings that differ in all lines are left out, and said. */
function hunks(from: Buffer, to: Buffer, effort: Effort): string[] {
  const [before, after] = [lineEnds(from), lineEnds(to)]
  const isOther = [before, after].includes('lf') && [before, after].some((ends) => ends === 'crlf' || ends === 'mixed')
  const [old, now] = [from, to].map((bytes) => linesOf(isOther ? withoutCarriageReturns(bytes) : bytes)) as [string[], string[]]
  const words = { none: 'none', lf: 'LF', crlf: 'CRLF', mixed: 'LF and CRLF' }
  const note = isOther ? [`(Line endings are left out here: ${words[before]} in the commit, ${words[after]} in the working tree.)`] : []
  return [...note, ...grouped(lineChanges(old, now, effort), old.length).flatMap((group) => hunk(group, old, now))]
}

const noEnd = '\n\\ No newline at end of file'

/** Lines without their LF; the last one says if it has none. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n')
  const last = lines.pop() ?? ''
  return last === '' ? lines : [...lines, last + noEnd]
}

/** Changes whose lines around them touch are shown together. */
function grouped(changes: readonly LineChange[], length: number): LineChange[][] {
  const groups: LineChange[][] = []
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1)
    if (last !== undefined && change.from - last.to <= 2 * context && length > 0) groups.at(-1)?.push(change)
    else groups.push([change])
  }
  return groups
}

function hunk(changes: readonly LineChange[], old: readonly string[], now: readonly string[]): string[] {
  const [first, last] = [changes[0], changes.at(-1)]
  if (first === undefined || last === undefined) return []
  const lead = Math.min(context, first.from)
  const end = Math.min(old.length, last.to + context)
  const start = { old: first.from - lead, now: first.into - lead }
  const lines: string[] = []
  const add = (sign: string, from: readonly string[], at: number, until: number) => {
    for (const line of from.slice(at, until)) lines.push(`${sign}${line}`)
  }
  let at = start.old
  for (const change of changes) {
    add(' ', old, at, change.from)
    add('-', old, change.from, change.to)
    add('+', now, change.into, change.until)
    at = change.to
  }
  add(' ', old, at, end)
  const span = (from: number, many: number): string => `${many === 0 ? from : from + 1}${many === 1 ? '' : `,${many}`}`
  const sizes = [end - start.old, last.until + end - last.to - start.now] as const
  return [`@@ -${span(start.old, sizes[0])} +${span(start.now, sizes[1])} @@`, ...lines]
}
