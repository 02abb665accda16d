import { expandsBraces, matching } from './brackets.ts'
import { type Draft, forward, type Token, Unreadable, type Word } from './word.ts'

/** The longest first, since the first that fits is taken. */
const operators = [...';;& <<< <<- &>> && || |& ;; ;& << >> <& >& <> >| &> ; & | < > ( )'.split(' '), '\n']
/** Not `\s`: to these shells every other blank, a pasted no-break space say, is a letter. */
const blank = /[ \t\r]/
const ends = /[ \t\r\n;&|<>()]/

/** Cuts a line of sh, bash or zsh into words and operators; what runs inside words (`$(…)`, backticks) is put aside in `nested`. */
export class PosixWords {
  readonly tokens: Token[] = []
  /** Command lines inside words, still to be read. */
  readonly nested: string[] = []
  private readonly text: string
  at = 0
  private readonly heredocs: { readonly end: string; readonly strip: boolean; readonly quoted: boolean }[] = []

  constructor(text: string) {
    this.text = text
    while (this.at < text.length) forward(this, () => this.step())
    if (this.heredocs.length > 0) throw new Unreadable('a here-document has no end')
  }

  private step(): void {
    const { text } = this
    const rest = text[this.at] ?? ''
    if (rest === '\\' && text[this.at + 1] === '\n') this.at += 2
    else if (blank.test(rest)) this.at++
    else if (rest === '#') this.at = this.lineEnd()
    else if (/^\d+[<>]/.test(text.slice(this.at, this.at + 12))) this.at += /^\d+/.exec(text.slice(this.at))?.[0].length ?? 1
    else if ((rest === '<' || rest === '>') && text[this.at + 1] === '(') this.word()
    else {
      const op = operators.find((each) => text.startsWith(each, this.at))
      if (op === undefined) this.word()
      else this.operator(op)
    }
  }

  private operator(op: string): void {
    this.at += op.length
    this.tokens.push({ kind: 'op', op })
    if (op === '<<' || op === '<<-') {
      while (blank.test(this.text[this.at] ?? '')) this.at++
      const before = this.tokens.length
      this.word()
      const token = this.tokens[before]
      if (token?.kind !== 'word') throw new Unreadable('a here-document has no name')
      this.heredocs.push({ end: token.word.text, strip: op === '<<-', quoted: token.word.quoted })
    }
    if (op === '\n') this.skipHeredocs()
  }

  /** Bodies are data; in one with an unquoted name substitutions run all the same. */
  private skipHeredocs(): void {
    for (const { end, strip, quoted } of this.heredocs.splice(0)) {
      const body: string[] = []
      for (;;) {
        if (this.at >= this.text.length) throw new Unreadable('a here-document has no end')
        const to = this.lineEnd()
        const line = this.text.slice(this.at, to)
        this.at = to + 1
        if ((strip ? line.replace(/^\t+/, '') : line) === end) break
        body.push(line)
      }
      if (!quoted) this.substitutions(body.join('\n'))
    }
  }

  private lineEnd = (): number => (this.text.indexOf('\n', this.at) + 1 || this.text.length + 1) - 1

  private word(): void {
    const word: Draft = { text: '', dynamic: false, quoted: false, known: 0 }
    const start = this.at
    while (this.at < this.text.length) {
      const character = this.text[this.at] ?? ''
      if ((character === '<' || character === '>') && this.text[this.at + 1] === '(' && this.at === start) this.processSubstitution(word)
      else if (character === '(' && /^[A-Za-z_]\w*\+?=$/.test(word.text) && !word.quoted) this.array(word)
      else if (ends.test(character)) break
      else this.part(character, word)
    }
    const raw = this.text.slice(start, this.at)
    if (expandsBraces(raw)) this.unknown(word)
    // The two programs whose names look like the beginning of a glob.
    if (raw === '[' || raw === '[[') word.dynamic = false
    const { text, dynamic, quoted, known } = word
    const named = /\/[^/]+$/.test(text.slice(known))
    this.tokens.push({ kind: 'word', word: { text, dynamic, quoted, named, written: raw } satisfies Word })
  }

  private part(character: string, word: Draft): void {
    if (character === "'") {
      const end = this.text.indexOf("'", this.at + 1)
      if (end === -1) throw new Unreadable('a quote is not closed')
      word.text += this.text.slice(this.at + 1, end)
      word.quoted = true
      this.at = end + 1
    } else if (character === '"') this.doubleQuoted(word)
    else if (character === '\\') {
      if (this.text[this.at + 1] !== '\n') word.text += this.text[this.at + 1] ?? ''
      word.quoted = true
      this.at += 2
    } else if (character === '$' || character === '`') {
      this.expansion(word)
      if (word.dynamic) this.unknown(word)
    } else {
      if (/[*?[]/.test(character)) this.unknown(word)
      word.text += character
      this.at++
    }
  }

  private doubleQuoted(word: Draft): void {
    word.quoted = true
    this.at++
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined) throw new Unreadable('a quote is not closed')
      if (character === '"') break
      if (character === '\\' && /[$`"\\\n]/.test(this.text[this.at + 1] ?? '')) {
        word.text += this.text[this.at + 1] === '\n' ? '' : (this.text[this.at + 1] ?? '')
        this.at += 2
      } else if (character === '$' || character === '`') {
        this.expansion(word)
        word.known = Math.max(word.known, word.text.length)
      } else {
        word.text += character
        this.at++
      }
    }
    this.at++
  }

  /** What it stands for may be several words, or any. */
  private unknown(word: Draft): void {
    word.dynamic = true
    word.known = Number.POSITIVE_INFINITY
  }

  private expansion(word: Draft): void {
    const next = this.text[this.at + 1] ?? ''
    if (this.text[this.at] === '`') {
      const found = /^`((?:[^`\\]|\\[\s\S])*)`/.exec(this.text.slice(this.at))
      if (found === null) throw new Unreadable('a backtick is not closed')
      this.nested.push((found[1] ?? '').replace(/\\([`\\$])/g, '$1'))
      this.at += found[0].length
    } else if (next === '(' || next === '{') {
      const end = matching(this.text, this.at + 1, next, next === '(' ? ')' : '}')
      const inside = this.text.slice(this.at + 2, end)
      if (next === '(' && !inside.startsWith('(')) this.nested.push(inside)
      else this.substitutions(inside)
      this.at = end + 1
    } else if (/[\w@*#?$!"'-]/.test(next)) {
      // `$'…'` and `$"…"` are quotes with rules of their own: what they spell is not followed.
      this.at += next === '"' || next === "'" ? 1 : (/^\$(\w+|.)/s.exec(this.text.slice(this.at))?.[0].length ?? 1)
    } else {
      word.text += '$'
      this.at++
      return
    }
    word.dynamic = true
  }

  private processSubstitution(word: Draft): void {
    const end = matching(this.text, this.at + 1, '(', ')')
    this.nested.push(this.text.slice(this.at + 2, end))
    this.at = end + 1
    this.unknown(word)
  }

  private array(word: Draft): void {
    const end = matching(this.text, this.at, '(', ')')
    this.substitutions(this.text.slice(this.at + 1, end))
    this.at = end + 1
    word.text += '()'
  }

  /** Only what runs inside a text that is otherwise data or arithmetic. */
  private substitutions(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '\\') at++
      else if (
        text[at] === '`' ||
        (text[at] === '$' && text[at + 1] === '(') ||
        ((text[at] === '<' || text[at] === '>') && text[at + 1] === '(')
      ) {
        const inner = new PosixWords(`: "${text.slice(at).replaceAll('"', '\\"')}"`)
        this.nested.push(...inner.nested)
        return
      }
    }
  }
}
