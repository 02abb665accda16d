import type { JsonObject, JsonValue } from '../../../model/entry.ts'

/** Where reading had to give up; line and column count from 1. */
export class Unread extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, text: string, at: number) {
    super(message)
    const before = text.slice(0, at)
    this.line = before.split('\n').length
    this.column = at - before.lastIndexOf('\n')
  }
}

const LONGEST = 1024 * 1024
const DEEPEST = 100

/** What is passed over between two things: blanks, comments, `...` where something was left out, a byte order mark. */
const noise = /(?:[\s\ufeff]|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#[^\n]*|(?<=\n[ \t]*)#[^\n]*|\.{3,}|…)+/uy
const bare = /[A-Za-z_$][\w$.@/-]*/y
const literal = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y
const doubles = '"“”„‟″'
const singles = "'‘’‚‛`"

/** How a text begins, as it may be shown: of a long word, which may be a key without its quotes, only a little. */
const begun = (text: string): string => (/^\S{9}/.test(text) ? `${text.slice(0, 4)}…` : text)

/**
 * Reads what people paste out of a README: JSON that may lack its outer braces or a closing one, have comments,
 * commas too many or too few, curly quotes, `...`, backslashes that nobody doubled, or several objects in a row.
 */
export class LenientReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
    if (text.length > LONGEST) throw new Unread('it is longer than 1 MiB', text, 0)
  }

  /** Every object at the top; members without braces there are one object. */
  objects(): JsonObject[] {
    const found: JsonObject[] = []
    for (this.skip(); this.at < this.text.length; this.skip()) {
      const letter = this.peek()
      if (letter === '{') found.push(this.object(0))
      else if (letter === '}' || letter === ',' || letter === ']' || letter === ';') this.at++
      else if (this.startsMember()) found.push(this.members(0))
      else this.prose()
    }
    return found
  }

  private peek = (): string => this.text.charAt(this.at)

  private fail(message: string, at = this.at): never {
    throw new Unread(message, this.text, at)
  }

  private skip(): void {
    noise.lastIndex = this.at
    this.at += noise.exec(this.text)?.[0].length ?? 0
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }

  /** A name in quotes with a colon behind it; without quotes only where an object follows, since prose has colons too. */
  private startsMember(): boolean {
    const start = this.at
    try {
      const quoted = this.isQuote()
      const key = quoted ? this.string() : this.match(bare)
      this.skip()
      return key !== null && (quoted ? this.peek() === ':' : /^:\s*\{/.test(this.text.slice(this.at)))
    } catch (error) {
      if (error instanceof Unread) return false
      throw error
    } finally {
      this.at = start
    }
  }

  /** Words around the object: passed over up to the next line, or the next brace. */
  private prose(): void {
    const rest = this.text.slice(this.at)
    const next = rest.search(/[{\n]/)
    if (next === 0 || (next < 0 && this.at === 0)) this.fail('there is no JSON object in it')
    this.at += next < 0 ? rest.length : next
  }

  private value(depth: number): JsonValue {
    if (depth > DEEPEST) this.fail('it is nested too deeply')
    this.skip()
    const letter = this.peek()
    if (letter === '{') return this.object(depth)
    if (letter === '[') return this.list(depth)
    if (this.isQuote()) return this.string()
    const start = this.at
    const word = this.match(literal)
    if (word !== null) return JSON.parse(word)
    return this.fail(
      this.at >= this.text.length
        ? 'it ends where a value should be'
        : `${JSON.stringify(begun(this.text.slice(start, start + 12)))} is no JSON value (is a quote missing?)`,
    )
  }

  private object(depth: number): JsonObject {
    this.at++
    const members = this.members(depth)
    if (this.peek() === '}') this.at++
    return members
  }

  private members(depth: number): JsonObject {
    const found: [string, JsonValue][] = []
    for (;;) {
      this.skip()
      const letter = this.peek()
      if (letter === ',') this.at++
      else if (letter === '' || letter === '}') return Object.fromEntries(found)
      // At the top, a second object may follow members that had no braces.
      else if (letter === '{' && depth === 0 && found.length > 0) return Object.fromEntries(found)
      else found.push(this.member(depth))
    }
  }

  private member(depth: number): [string, JsonValue] {
    const start = this.at
    const key = this.isQuote() ? this.string() : this.match(bare)
    if (key === null) return this.fail(`${JSON.stringify(this.text.slice(start, start + 12))} is where a name in quotes should be`)
    this.skip()
    if (this.peek() !== ':') this.fail(`a colon is missing behind "${key.slice(0, 40)}"`)
    this.at++
    return [key, this.value(depth + 1)]
  }

  private list(depth: number): JsonValue[] {
    const found: JsonValue[] = []
    this.at++
    for (;;) {
      this.skip()
      const letter = this.peek()
      if (letter === ',') this.at++
      else if (letter === ']') {
        this.at++
        return found
      } else if (letter === '' || letter === '}') return found
      else found.push(this.value(depth + 1))
    }
  }

  private isQuote = (): boolean => this.peek() !== '' && (doubles + singles).includes(this.peek())

  private string(): string {
    const start = this.at
    const kin = doubles.includes(this.peek()) ? doubles : singles
    this.at++
    let raw = ''
    for (;;) {
      const letter = this.peek()
      if (letter === '' || letter === '\n') this.fail('a text in quotes is not closed on its line', start)
      if (kin.includes(letter)) break
      raw += letter === '\\' ? this.text.slice(this.at, this.at + 2) : letter
      this.at += letter === '\\' ? 2 : 1
    }
    this.at++
    return unescaped(raw)
  }
}

/** The text between two quotes. A Windows path that nobody escaped (`C:\new`) is taken as it looks. */
function unescaped(raw: string): string {
  if (/^[A-Za-z]:\\[^\\]/.test(raw) && !raw.includes('\\\\')) return raw
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, code: string | undefined, letter: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    const known = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/', "'": "'" }[letter ?? '']
    return known ?? whole
  })
}
