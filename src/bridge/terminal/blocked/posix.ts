import { type BlockableCommand, deepest, isDynamic, newWord, Scanner, UnreadableCommand, unknownText, type Word } from './command.ts'

/** After these a new command begins. */
const reserved = new Set('if then else elif fi while until do done { } ! coproc function esac'.split(' '))
/** Not `\s`: to these shells every other blank, such as a pasted no-break space, is a letter. */
const ends = /[ \t\r\n;&|<>()]/
const assignment = /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/
const isLoop = (word: Word | undefined): boolean => /^(for|select)$/.test(word?.written ?? '')

/** Every command in a line of sh, bash or zsh, those in substitutions included. Throws Unreadable. */
export function posixCommands(text: string, depth = 0): BlockableCommand[] {
  const reader = new PosixReader(text, depth)
  reader.list('')
  return reader.found
}

const newList = () => ({
  words: [] as Word[],
  /** Inside `[[ ]]` or an array: words are data. */
  isData: false,
  /** How many `case` are open, and whether a pattern of one comes next. */
  cases: 0,
  inPattern: false,
  documents: [] as { readonly end: string; readonly strip: boolean; readonly quoted: boolean }[],
})

class PosixReader extends Scanner {
  readonly found: BlockableCommand[] = []
  private depth: number
  private current = newList()

  constructor(text: string, depth: number) {
    super(text)
    this.depth = depth
  }

  /** Reads commands up to the bracket that ends them, or to the end of the text. */
  list(end: ')' | ''): void {
    if (++this.depth > deepest) throw new UnreadableCommand('it is nested too deeply')
    while (this.at < this.text.length && !(this.text[this.at] === end && !this.current.inPattern)) this.step(this.text[this.at] ?? '')
    if (this.at >= this.text.length && (end !== '' || this.current.documents.length > 0))
      throw new UnreadableCommand('a bracket or a here-document has no end')
    this.flush()
    this.at++
    this.depth--
  }

  private step(character: string): void {
    const { current } = this
    if (this.match(/[ \t\r]+|\\\n|#[^\n]*/y) !== null) return
    if (character === '\n') this.newline()
    else if (current.inPattern) this.pattern(character)
    else if (/[;&|]/.test(character)) this.separator()
    else if (this.match(/\(\(/y) !== null) this.arithmetic()
    else if (character === '(') {
      this.flush()
      this.at++
      this.list(')')
    } else if (/[<>]/.test(character) && this.text[this.at + 1] !== '(') this.redirection()
    else {
      const word = this.word()
      // The number or variable of a redirection is no word of the command.
      if (!/[<>]/.test(this.text[this.at] ?? '') || !/^(\d+|\{\w+\})$/.test(word.written)) this.add(word)
    }
  }

  private add(word: Word): void {
    const { current } = this
    const { words } = current
    const plain = word.quoted || isDynamic(word) ? '' : word.text
    if (this.text[this.at] === '(' && assignment.exec(word.written)?.[0] === word.written) this.inList(1, true)
    if (words.length === 0) {
      if (plain === 'esac') current.cases--
      if (reserved.has(plain) || assignment.test(word.written)) return
    }
    if (plain === '[[') current.isData = true
    if (plain === ']]') {
      this.flush()
      current.isData = false
    } else if (plain === 'in' && words.length === 2 && words[0]?.written === 'case')
      Object.assign(current, { words: [], cases: current.cases + 1, inPattern: true })
    else if ((plain === '{' && words.length === 1) || (plain === 'do' && isLoop(words[0]))) this.flush()
    else words.push(word)
  }

  private flush(): void {
    const { words, isData } = this.current
    const [first] = words
    this.current.words = []
    if (first !== undefined && !isLoop(first) && !(isData && isDynamic(first))) this.found.push(words)
  }

  private separator(): void {
    const [operator = ''] = this.match(/;;&|;[;&|]|&&|\|\||[;&|]/y) ?? []
    this.flush()
    this.current.inPattern = this.current.cases > 0 && /^;./.test(operator)
    if (operator !== '&&' && operator !== '||') this.current.isData = false
  }

  /** Bodies of here-documents are data; where their name is not quoted, substitutions in them run. */
  private newline(): void {
    this.flush()
    this.at++
    for (const { end, strip, quoted } of this.current.documents.splice(0)) {
      const body: string[] = []
      for (let joined = false; ; ) {
        if (this.at >= this.text.length) throw new UnreadableCommand('a here-document has no end')
        const [line = ''] = this.match(/[^\n]*/y) ?? []
        this.at++
        if (!joined && (strip ? line.replace(/^\t+/, '') : line) === end) break
        body.push(line)
        joined = !quoted && /(?<!\\)(\\\\)*\\$/.test(line)
      }
      const inside = new PosixReader(body.join('\n'), this.depth)
      if (!quoted) inside.quotedUpTo('', newWord())
      this.found.push(...inside.found)
    }
  }

  private pattern(character: string): void {
    if (character === ')') this.current.inPattern = false
    if (/[()|]/.test(character)) this.at++
    else if (this.word().written === 'esac') Object.assign(this.current, { cases: this.current.cases - 1, inPattern: false })
  }

  /** What follows `((`. Where it does not end with `))`, shells read two subshells instead. */
  private arithmetic(): void {
    for (let open = 2; open > 0; ) {
      const character = this.text[this.at] ?? "'"
      if (/[$`]/.test(character)) this.expansion(newWord(), true)
      else {
        this.at += character === '\\' ? 2 : 1
        if (character === '(') open++
        if (character === "'" || (character === ')' && --open === 1 && this.text[this.at] !== ')'))
          throw new UnreadableCommand('its arithmetic is unclear')
      }
    }
  }

  private redirection(): void {
    const [, operator] = this.match(/(<<<|<<-?|<>|[<>]&|>>|>\||[<>])[ \t]*/y) ?? []
    const { text, quoted } = this.word()
    if (operator === '<<' || operator === '<<-') this.current.documents.push({ end: text, strip: operator === '<<-', quoted })
  }

  private word(): Word {
    const word = newWord()
    const start = this.at
    for (let inBraces = false; this.at < this.text.length; ) {
      const character = this.text[this.at] ?? ''
      const next = this.text[this.at + 1] ?? ''
      if (/[<>]/.test(character) && next === '(' && this.at === start) {
        this.inList(2)
        word.expands = true
      } else if (ends.test(character)) break
      else if (/[$`]/.test(character)) this.expansion(word, false)
      else if (character === "'") this.singleQuoted(word)
      else if (character === '"') {
        word.quoted = true
        this.at++
        this.quotedUpTo('"', word)
      } else if (character === '\\') {
        if (next !== '\n') Object.assign(word, { text: word.text + next, quoted: true })
        this.at += 2
      } else {
        inBraces ||= character === '{'
        if (/[*?[\0]/.test(character) || (inBraces && (character === ',' || character + next === '..'))) word.expands = true
        word.text += character
        this.at++
      }
    }
    if (this.at === start) throw new UnreadableCommand(`it cannot be read from character ${start + 1} on`)
    word.written = this.text.slice(start, this.at)
    // Programs, although their names look like the beginning of a glob.
    if (/^\[\[?$/.test(word.written)) word.expands = false
    return word
  }

  private singleQuoted(word: Word): void {
    const [whole, inside = ''] = this.match(/'([^']*)'/y) ?? []
    if (whole === undefined) throw new UnreadableCommand('a quote is not closed')
    word.text += inside
    word.quoted = true
  }

  /** The rest of double quotes, of `${…}`, or (up to the end) of a here-document. */
  private quotedUpTo(end: '"' | '}' | '', word: Word, inQuotes = true): void {
    for (;;) {
      const character = this.text[this.at] ?? ''
      const next = this.text[this.at + 1] ?? ''
      if (/[$`]/.test(character)) this.expansion(word, true)
      else if (end === '}' && character === "'" && !inQuotes) this.singleQuoted(word)
      else if (end === '}' && /[<>]/.test(character) && next === '(') this.inList(2)
      else {
        this.at++
        if (character === end) return
        // Shells differ on a single quote in a quoted `${…}`.
        if (character === '' || (end === '}' && character === "'")) throw new UnreadableCommand('a quote or a brace is not closed')
        if (end === '}' && character === '"') this.quotedUpTo('"', word)
        else if (character === '\\') {
          word.text += (/[$`"\\\n]/.test(next) ? '' : '\\') + (next === '\n' ? '' : next)
          this.at++
        } else word.text += character
      }
    }
  }

  private expansion(word: Word, inQuotes: boolean): void {
    const next = this.text[this.at + 1] ?? ''
    const [, inBackticks] = this.match(/`((?:[^`\\]|\\[\s\S])*)`/y) ?? []
    if (inBackticks !== undefined) this.found.push(...posixCommands(inBackticks.replace(/\\([`\\$])/g, '$1'), this.depth))
    else if (this.match(/\$\(\(/y) !== null) this.arithmetic()
    else if (next === '(') this.inList(2)
    else if (this.match(/\$\{(?![\s|])/y) !== null) this.quotedUpTo('}', newWord(), inQuotes)
    // Also `${ command; }` of bash 5.3, and `$'…'` with an escaped quote.
    else if (this.match(/`|\$\{|\$'[^'\\]*(\\[^'][^'\\]*)*\\'/y) !== null) throw new UnreadableCommand('a substitution cannot be read')
    else if (this.match(/\$(\w+|[@*#?$!-])/y) === null) {
      this.at++
      if (inQuotes || !/['"]/.test(next)) {
        word.text += '$'
        return
      }
    }
    word.text += unknownText
    word.expands ||= !inQuotes
  }

  /** The commands in `$(…)` or `<(…)`, or the words of an array, behind a beginning of so many characters. */
  private inList(length: number, isData = false): void {
    const outer = this.current
    this.current = { ...newList(), isData }
    this.at += length
    this.list(')')
    if (this.current.documents.length > 0) throw new UnreadableCommand('a here-document has no end')
    this.current = outer
  }
}
