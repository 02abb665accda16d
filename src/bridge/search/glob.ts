import { limits } from '../base/limits.ts'
import { denied, type Refusal } from '../base/refusal.ts'

/** A place in a glob that was read: a character is taken by `test`; without one its `next` are reached at once. */
interface State {
  test: ((character: string) => boolean) | null
  next: readonly State[]
}

export interface Glob {
  readonly written: string
  /** `!*.log`: everything but that. */
  readonly negative: boolean
  /** What ripgrep is to compare with a file's own name, before `fits` sees the path; null where it says nothing. */
  readonly name: string | null
  /** Whether the name alone decides: the glob holds no slash. */
  readonly plain: boolean
  /** Whether the path of a file, relative to the searched folder and with `/`, fits. */
  fits(path: string): boolean
}

const notSlash = (character: string): boolean => character !== '/'
const isSlash = (character: string): boolean => character === '/'
const any = (): boolean => true
const over = (test: State['test'], ...next: State[]): State => ({ test, next })

/** Any number of characters, then `next`. */
function run(test: (character: string) => boolean, next: State): State {
  const loop: State = { test: null, next: [] }
  loop.next = [next, over(test, loop)]
  return loop
}

type Part = (next: State) => State

/** Reads a glob from left to right; every part gives what builds its states in front of what follows. */
class Reader {
  private readonly written: string
  private readonly characters: readonly string[]
  private at: number
  /** There is a slash in braces or in a class. */
  nestedSlash = false

  constructor(written: string, from: number) {
    this.written = written
    this.characters = [...written]
    this.at = from
  }

  /** Everything up to the end, or in braces up to the next `,` or `}`. `begins`: a segment of the path begins here. */
  part(depth: number, begins: boolean): Part {
    const parts: Part[] = []
    for (let first = begins; ; ) {
      const character = this.characters[this.at]
      if (character === undefined || (depth > 0 && (character === ',' || character === '}'))) break
      this.at++
      parts.push(this.one(character, depth, first))
      first = this.characters[this.at - 1] === '/'
    }
    return (next) => parts.reduceRight((state, part) => part(state), next)
  }

  private one(character: string, depth: number, begins: boolean): Part {
    if (character === '*') return this.stars(depth, begins)
    if (character === '?') return (next) => over(notSlash, next)
    if (character === '{') return this.choice(this.at - 1, depth + 1, begins)
    if (character === '}') throw this.trouble(this.at - 1, 'its "}" closes nothing')
    if (character === '[') {
      const test = this.oneOf(this.at - 1)
      return (next) => over(test, next)
    }
    const literal = character === '\\' ? this.characters[this.at++] : character
    if (literal === undefined) throw this.trouble(this.at - 2, 'nothing follows its "\\"')
    if (literal === '/' && depth > 0) this.nestedSlash = true
    return (next) => over((each) => each === literal, next)
  }

  /** `*` stays in a segment; `**` as a whole segment is any number of them. */
  private stars(depth: number, begins: boolean): Part {
    const from = this.at - 1
    while (this.characters[this.at] === '*') this.at++
    const whole = begins && this.at - from === 2
    if (whole && this.characters[this.at] === '/') {
      this.at++
      if (depth > 0) this.nestedSlash = true
      return (next) => over(null, next, run(any, over(isSlash, next)))
    }
    const then = this.characters[this.at]
    const last = then === undefined || (depth > 0 && (then === ',' || then === '}'))
    return whole && last ? (next) => over(any, run(any, next)) : (next) => run(notSlash, next)
  }

  /** `{a,b}`. */
  private choice(opened: number, depth: number, begins: boolean): Part {
    if (depth > 50) throw this.trouble(opened, 'its braces are nested too deeply')
    const choices: Part[] = []
    do {
      choices.push(this.part(depth, begins))
      if (this.characters[this.at] === undefined) throw this.trouble(opened, 'its "{" is never closed')
    } while (this.characters[this.at++] === ',')
    return (next) => over(null, ...choices.map((choice) => choice(next)))
  }

  /** `[a-z]`, `[!x]`: a `]` at the beginning is literal. */
  private oneOf(opened: number): (character: string) => boolean {
    const { characters } = this
    const not = characters[this.at] === '!' || characters[this.at] === '^'
    if (not) this.at++
    const ranges: [string, string][] = []
    for (let first = true; first || characters[this.at] !== ']'; first = false) {
      const low = characters[this.at++]
      if (low === undefined) throw this.trouble(opened, 'its "[" is never closed')
      if (low === '/') this.nestedSlash = true
      const end = characters[this.at] === '-' ? characters[this.at + 1] : undefined
      const high = end === undefined || end === ']' ? low : end
      if (low > high) throw this.trouble(this.at - 1, `"${low}-${high}" begins behind its end`)
      if (end !== undefined && end !== ']') this.at += 2
      ranges.push([low, high])
    }
    this.at++
    return (character) => notSlash(character) && ranges.some(([low, high]) => low <= character && character <= high) !== not
  }

  private trouble(at: number, why: string): Refusal {
    return denied(`The glob ${JSON.stringify(this.written.slice(0, 200))} cannot be read: ${why} (character ${at + 1}).`)
  }
}

/**
 * Reads a glob as ripgrep's own `--glob` means it, which is .gitignore's syntax plus `{a,b}`: without a slash it matches
 * names anywhere, with one paths from the searched folder. It is not given to ripgrep, since there a glob that
 * fits brings back what .gitignore leaves out. No pattern makes `fits` slow beyond its length times the path's.
 */
export function readGlob(written: string): Glob {
  const negative = written.startsWith('!')
  const reader = new Reader(written, negative ? 1 : 0)
  const end = over(null)
  const whole = reader.part(0, true)(end)
  const plain = !written.includes('/')
  const start = plain ? over(null, whole, run(any, over(isSlash, whole))) : whole
  const name = written.slice(written.lastIndexOf('/') + 1)
  const told = !negative && !reader.nestedSlash && !/[:\\]/.test(name) && !/^\**$/.test(name)
  return { written, negative, plain, name: told ? name : null, fits: (path) => reaches(start, end, path) !== negative }
}

/** Whether a path leads from the start to the end: all ways are gone at once, so none is gone twice. */
function reaches(start: State, end: State, path: string): boolean {
  let now = new Set<State>()
  const enter = (into: Set<State>, first: State): void => {
    const waiting = [first]
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      if (into.has(state)) continue
      into.add(state)
      if (state.test === null) waiting.push(...state.next)
    }
  }
  enter(now, start)
  for (const character of path) {
    const then = new Set<State>()
    for (const { test, next } of now) if (test?.(character)) for (const state of next) enter(then, state)
    now = then
  }
  return now.has(end)
}

/** Globs choose among what is below the folder searched; nothing else. */
export function checkedGlob(glob: string | undefined): Glob | null {
  if (glob === undefined) return null
  if (glob.includes('\0') || glob.length > limits.searchPatternCharacters) throw denied('The glob is too long or holds a NUL character.')
  if (/^!?[\\/]|^[A-Za-z]:|(^|[\\/!])\.\.([\\/]|$)/.test(glob))
    throw denied(
      `The glob ${JSON.stringify(glob)} leads out of the folder; give a glob such as "*.ts" or "src/**/*.ts", and the folder as path.`,
    )
  return readGlob(glob)
}
