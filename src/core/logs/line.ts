import { isKey } from '../keys/judge.ts'
import { DOTS, inLine, type KeySpan } from '../keys/spans.ts'

/** One line of a log, as it is shown. */
interface LogLine {
  /** ISO 8601 where the line tells it; else null. */
  readonly at: string | null
  readonly text: string
}

/** More of a line is not looked at: Claude Code writes whole images into one. */
const READ_MAX = 64 * 1024
const SHOWN_MAX = 2000

/** A line of a log taken apart, what looks like a key in it as dots. */
export function readLogLine(raw: string): LogLine {
  const line = raw.slice(0, READ_MAX).replace(/\r$/, '')
  const told = jsonLine(raw.length > READ_MAX ? '' : line) ?? plainLine(line)
  const text = withoutKeys(told.text)
  return { at: told.at, text: text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text }
}

/** Claude Code's: an object with `timestamp` and one of `error`, `debug`, `message`. */
function jsonLine(line: string): LogLine | null {
  if (!line.startsWith('{')) return null
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (typeof value !== 'object' || value === null) return null
  const members = new Map<string, unknown>(Object.entries(value))
  const word = ['error', 'debug', 'message', 'msg'].find((name) => members.has(name))
  if (word === undefined) return null
  const said = members.get(word)
  const at = members.get('timestamp') ?? members.get('time')
  const text = typeof said === 'string' ? said : JSON.stringify(said)
  return { at: typeof at === 'string' ? at : null, text: word === 'error' ? `error: ${text}` : text }
}

function plainLine(line: string): LogLine {
  const found = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)\s+([\s\S]*)$/.exec(line)
  return found === null ? { at: null, text: line } : { at: found[1] ?? null, text: found[2] ?? '' }
}

/** Values of members with a key's name, in JSON anywhere in a line, escaped once more or not. */
function inMembers(text: string): KeySpan[] {
  const found: KeySpan[] = []
  for (const match of text.matchAll(/\\?"([\w.-]{1,64})\\?"\s*:\s*\\?"((?:[^"\\]|\\(?!"))+)\\?"/g)) {
    const [whole, name = '', value = ''] = match
    if (isKey(name, value) === null) continue
    const start = match.index + whole.lastIndexOf(value)
    found.push({ start, end: start + value.length, label: name, named: true })
  }
  return found
}

/** The second wall: keys of the store are hidden by the terminal; this takes out what only looks like one. */
export function withoutKeys(text: string): string {
  const spans = [...inLine(text), ...inMembers(text)].sort((a, b) => a.start - b.start)
  let out = ''
  let at = 0
  for (const { start, end } of spans) {
    if (start < at) continue
    out += `${text.slice(at, start)}${DOTS}`
    at = end
  }
  return out + text.slice(at)
}
