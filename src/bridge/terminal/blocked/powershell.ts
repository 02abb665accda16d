import { forward, type SimpleCommand, Unreadable, type Word } from './word.ts'

/** Ways to run a text or a program that the line does not spell out. */
const evaluators =
  /\b(iex|invoke-expression|add-type|invoke-wmimethod|invoke-cimmethod)\b|::\s*(start|create|invoke\w*)\b|\.\s*invoke\w*\s*\(|-e(nc?|nco\w*|c)?\s+[A-Za-z0-9+/=]{8,}/i

/** Every program that a line of PowerShell starts; what evaluates texts is refused whole. Throws Unreadable. */
export function powershellCommands(text: string): SimpleCommand[] {
  // Backticks only hide letters from a reader; PowerShell drops them.
  if (evaluators.test(text.replaceAll('`', ''))) throw new Unreadable('it evaluates a text or an object that is only known when it runs')
  return new Reader(text).found
}

/** What stands behind `$x =`, `a=` in a table, `return` or `throw` is a command of its own. */
function afterAssignment(words: Word[]): Word[] {
  for (let round = 0; round < 20; round++) {
    const [first, second] = words
    if (first === undefined || first.quoted) return words
    const assigned = /^[$\w:.[\]{}]+[-+*/%?]*=(.*)$/s.exec(first.text)
    if (assigned !== null && assigned[1] !== '') words = [{ ...first, text: assigned[1] ?? '' }, ...words.slice(1)]
    else if (assigned !== null || /^(return|throw)$/i.test(first.text)) words = words.slice(1)
    else if (second !== undefined && /^[-+*/%?]*=$/.test(second.text)) words = words.slice(2)
    else return words
  }
  throw new Unreadable('too many assignments stand in a row')
}

class Reader {
  readonly found: SimpleCommand[] = []
  private words: Word[] = []
  private called = false
  at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
    while (this.at < text.length) forward(this, () => this.step())
    this.finish()
  }

  private step(): void {
    const rest = this.text.slice(this.at)
    const skipped = /^(<#[\s\S]*?#>|#[^\n]*|`\r?\n|(?:[^\S\n]|,)+|@'\r?\n[\s\S]*?\r?\n'@)/.exec(rest)
    if (skipped !== null) this.at += skipped[0].length
    else if (/^@"/.test(rest)) throw new Unreadable('a here-string may run commands inside')
    else if (/^(&&|\|\||[;|\n{}()&]|\$\(|@\()/.test(rest)) this.separator(rest)
    else if (/^\.\s/.test(rest) && this.words.length === 0) this.call(1)
    else if (/^[<>]|^\d>/.test(rest)) this.at++
    else this.word()
  }

  private separator(rest: string): void {
    const op = /^(&&|\|\||\$\(|@\(|.|\n)/.exec(rest)?.[0] ?? ''
    if (op === '(' && this.called && this.words.length === 0) throw new Unreadable('the program is computed')
    this.finish()
    if (op === '&') this.call(1)
    else this.at += op.length
  }

  /** `& 'program'`: what follows is a program even when it is quoted. */
  private call(length: number): void {
    this.called = true
    this.at += length
  }

  private finish(): void {
    this.words = afterAssignment(this.words)
    const [first] = this.words
    // A quoted text or a number alone is a value, unless the call operator stands before it.
    if (first !== undefined && (this.called || (!first.quoted && !/^[$[\d@-]/.test(first.text)))) this.found.push({ words: this.words })
    this.words = []
    this.called = false
  }

  private word(): void {
    const word = { text: '', dynamic: false, quoted: false }
    const start = this.at
    while (this.at < this.text.length && !/[\s;|{}(),&]/.test(this.text[this.at] ?? '')) {
      const character = this.text[this.at] ?? ''
      if (character === "'") this.quoted(word, /^'((?:[^']|'')*)'/)
      else if (character === '"') this.quoted(word, /^"((?:[^"`]|`[\s\S]|"")*)"/)
      else if (character === '`') {
        word.text += this.text[this.at + 1] ?? ''
        this.at += 2
      } else {
        if (character === '$' && !this.called && this.words.length > 0) word.dynamic = true
        if (character === '$' && this.called) word.dynamic = true
        word.text += character
        this.at++
      }
    }
    // Quotes in the middle of a name change nothing; at its beginning they make it a value.
    word.quoted = /['"]/.test(this.text[start] ?? '')
    if (this.at === start) this.at++
    else this.words.push(word)
  }

  private quoted(word: { text: string; dynamic: boolean; quoted: boolean }, shape: RegExp): void {
    const found = shape.exec(this.text.slice(this.at))
    if (found === null) throw new Unreadable('a quote is not closed')
    const inside = found[1] ?? ''
    if (found[0].startsWith('"') && /(^|[^`])\$/.test(inside)) {
      word.dynamic = true
      for (const nested of inside.matchAll(/\$\(([^()]*)\)/g)) this.found.push(...powershellCommands(nested[1] ?? ''))
    }
    word.text += inside.replace(/`([\s\S])/g, '$1')
    word.quoted = true
    this.at += found[0].length
  }
}
