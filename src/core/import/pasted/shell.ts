import { OPEN, references, Splitter, Unsplit } from './splitter.ts'

/** One command of a pasted text, as a shell would split it. Nothing of it is ever run. */
export interface ShellCommand {
  readonly words: readonly string[]
  /** Variables set in front of it (`KEY=value npx …`). */
  readonly env: Readonly<Record<string, string>>
  /** Variables that lines before it exported. */
  readonly exported: Readonly<Record<string, string>>
}

type ShellText = { readonly ok: true; readonly commands: readonly ShellCommand[] } | { readonly ok: false; readonly reason: string }

const prompt =
  /^[ \t]*(?:(?:[-*•]|\d+[.)])[ \t]+)?(?:\([\w.-]+\)[ \t]*)?(?:PS(?:[ \t]+[A-Za-z]:[^>\n]*)?>[ \t]*|[A-Za-z]:\\[^>\n"]*>[ \t]*|[\w.-]+@[\w.-]+[^$#%\n]{0,80}[$#%][ \t]+|[$%❯➜»>][ \t]+)?/
const comment = /^[ \t]*(?:#|\/\/|::|rem[ \t])/i
/** `\` in POSIX shells, `^` in cmd, a backtick in PowerShell, each at the end of a line. */
const continued = /[ \t]*[\\^`][ \t]*$/

/** Logical lines: prompts and comments away, continued lines joined. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open = ''
  for (const raw of text.replace(/\r\n?/g, '\n').split('\n')) {
    const line = open === '' ? raw.replace(prompt, '').replace(/^`([^`]+)`[ \t]*$/, '$1') : raw.replace(/^[ \t]*>(?:>|[ \t]+)/, '')
    if (open === '' && comment.test(line)) continue
    // A comment between two joined lines ends neither of them.
    if (open !== '' && /^[ \t]*#/.test(line)) continue
    const joined = `${open}${line}`
    if (continued.test(line)) open = `${joined.replace(continued, '')} `
    else {
      lines.push(joined)
      open = ''
    }
  }
  if (open.trim() !== '') lines.push(open)
  return joinOpen(lines)
}

/** A quote that is open at the end of a line goes on in the next one: JSON behind `add-json` is often written so. */
function joinOpen(lines: readonly string[]): string[] {
  const whole: string[] = []
  let held = ''
  for (const line of lines) {
    const text = held === '' ? line : `${held}\n${line}`
    if (text.length < JOINED_MAX && isOpen(text)) held = text
    else {
      whole.push(text)
      held = ''
    }
  }
  return held === '' ? whole : [...whole, held]
}

/** The most characters of lines that belong together that are read as one piece. */
const JOINED_MAX = 16 * 1024

const isOpen = (text: string): boolean => {
  try {
    new Splitter(text).commands()
    return false
  } catch (error) {
    if (error instanceof Unsplit) return error.message === OPEN
    throw error
  }
}

const TEXT_MAX = 64 * 1024

const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/

/** The variables that a command only sets (`export A=b`, `set A=b`, `$env:A = "b"`); null: it does something else. */
function setsVariables(words: readonly string[]): [string, string][] | null {
  const [first = '', ...rest] = words
  const pairs = (list: readonly string[]): [string, string][] =>
    list.flatMap((word) => {
      const [, name, value] = assignment.exec(word) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    })
  const [, own, behind] = /^\ue000(\w+)\ue001\s*(=[\s\S]*)?$/.exec(first) ?? []
  if (own !== undefined && (behind !== undefined || rest[0]?.startsWith('=')))
    return [[own, `${behind ?? ''}${rest.join(' ')}`.replace(/^=\s*/, '')]]
  if (/^setx$/i.test(first)) return rest[0] === undefined ? [] : [[rest[0], rest[1] ?? '']]
  if (/^(?:export|set|declare|local)$/i.test(first)) return pairs(rest)
  return words.every((word) => assignment.test(word)) ? pairs(words) : null
}

/** Reads what people paste from a shell's prompt: quotes, continued lines, prompts and variables as bash, PowerShell and cmd have them. */
export function splitShell(text: string): ShellText {
  if (text.length > TEXT_MAX) return { ok: false, reason: 'it is longer than 64 KiB' }
  const set: Record<string, string> = {}
  const filled = (word: string): string =>
    word.replace(references, (whole, name: string) => (Object.hasOwn(set, name) ? (set[name] ?? '') : whole))
  const commands: ShellCommand[] = []
  try {
    for (const line of logicalLines(text.replace(/[\ue000\ue001\ufeff]/g, ''))) {
      for (const split of new Splitter(line).commands()) {
        const words = split.map(filled)
        const variables = setsVariables(words)
        if (variables !== null) {
          for (const [name, value] of variables) set[name] = value
          continue
        }
        const env: Record<string, string> = {}
        while (/^(?:env|exec|sudo|command|nohup|time|call)$/.test(words[0] ?? '') || assignment.test(words[0] ?? '')) {
          const [, name, value] = assignment.exec(words.shift() ?? '') ?? []
          if (name !== undefined && value !== undefined) env[name] = value
        }
        if (words.length > 0) commands.push({ words, env, exported: { ...set } })
      }
    }
  } catch (error) {
    if (error instanceof Unsplit) return { ok: false, reason: error.message }
    throw error
  }
  return { ok: true, commands }
}
