import { type BlockableCommand, newWord, Scanner, UnreadableCommand, type Word } from './command.ts'

/** How cmd and PowerShell differ: each pattern is for the characters at one place. */
const rules = {
  cmd: { blank: /[^\S\n]|[,;=@]|\^\r?\n/y, end: /[\s,;=&|()<>]/, quoted: /"([^"\n]*)"/y, quote: /"/, escape: '^', variable: /[%!]/ },
  powershell: {
    blank: /[^\S\n]|,|`\r?\n|#[^\n]*/y,
    end: /[\s;|{}(),&<>]/,
    quoted: /'((?:[^']|'')*)'|"((?:[^"`]|`[\s\S]|"")*)"/y,
    quote: /['"]/,
    escape: '`',
    variable: /\$/,
  },
} as const

/** Ways of PowerShell to run a text or a program that the line does not spell out. */
const evaluators =
  /\b(iex|invoke-expression|add-type|invoke-wmimethod|invoke-cimmethod)\b|::\s*(start|create|invoke\w*)\b|\.\s*invoke\w*\s*\(|-e(nc?|nco\w*|c)?\s+[A-Za-z0-9+/=]{8,}/i

/** Every command in a line of cmd or PowerShell. Brackets only separate: what is in them is read as commands too. Throws Unreadable. */
export function windowsCommands(text: string, grammar: 'cmd' | 'powershell'): BlockableCommand[] {
  // Backticks only hide letters from a reader; PowerShell drops them.
  if (grammar === 'powershell' && evaluators.test(text.replaceAll('`', '')))
    throw new UnreadableCommand('it evaluates a text or an object that is only known when it runs')
  return new WindowsReader(text, grammar).found
}

class WindowsReader extends Scanner {
  readonly found: BlockableCommand[] = []
  private words: Word[] = []
  /** After `&` or `.`, where PowerShell takes a quoted text for a program. */
  private isCalled = false
  /** The next word is where a redirection leads. */
  private isTarget = false
  private readonly isCmd: boolean
  private readonly rule: (typeof rules)['cmd' | 'powershell']

  constructor(text: string, grammar: 'cmd' | 'powershell') {
    super(text)
    this.isCmd = grammar === 'cmd'
    this.rule = rules[grammar]
    while (this.at < text.length) this.step()
    this.flush()
  }

  private step(): void {
    if (!this.isCmd && this.match(/<#/y) !== null) this.skipTo('#>')
    else if (!this.isCmd && this.match(/@'\r?\n/y) !== null) this.skipTo("\n'@")
    else if (!this.isCmd && this.match(/@"\r?\n/y) !== null) throw new UnreadableCommand('a here-string may run commands inside')
    else if (this.match(this.rule.blank) !== null) return
    else if (!this.isCmd && this.words.length === 0 && this.match(/[.&](?=[^.&\\/])/y) !== null) this.isCalled = true
    else if (!this.isCmd && this.words.length === 1 && this.match(/[-+*/%?]*=/y) !== null) this.flush()
    else if (this.match(/[\d*]?(>>?|<)(&\d)?/y) !== null) this.isTarget = this.text[this.at - 2] !== '&'
    else if (this.rule.end.test(this.text[this.at] ?? '')) {
      if (this.isCalled && this.words.length === 0 && this.text[this.at] === '(') throw new UnreadableCommand('the program is computed')
      this.flush()
      this.at++
    } else this.word()
  }

  private flush(): void {
    const [first, ...rest] = this.words
    // In PowerShell a quoted text or a number alone is a value, unless it is called.
    if (first !== undefined && (this.isCmd || this.isCalled || !/^['"$[\d@-]/.test(first.written))) this.found.push([first, ...rest])
    // For cmd `name/x` is a name with a switch, and in `for /f … in ('name')` the program has quotes of its own kind.
    const [, quoted = '', name = '', options = ''] = this.isCmd ? (/^(['`]?)([^/]+)(.*)$/s.exec(first?.text ?? '') ?? []) : []
    if (first !== undefined && quoted + options !== '')
      this.found.push([{ ...first, text: name.replace(/['`]$/, '') }, { ...first, text: options }, ...rest])
    this.words = []
    this.isCalled = false
  }

  private word(): void {
    const word = newWord()
    const start = this.at
    const { rule, text } = this
    for (let character = text[start] ?? ''; character !== '' && !rule.end.test(character); character = text[this.at] ?? '') {
      const [whole = '', single, double] = this.match(rule.quoted) ?? []
      if (whole !== '') {
        const inside = single ?? double ?? ''
        if (!whole.startsWith("'") && rule.variable.test(inside)) word.expands = true
        const substitution = this.isCmd || single !== undefined ? -1 : inside.indexOf('$(')
        if (substitution >= 0) this.found.push(...new WindowsReader(inside.slice(substitution), 'powershell').found)
        word.text += this.isCmd ? inside : inside.replace(/`([\s\S])/g, '$1')
      } else if (rule.quote.test(character)) throw new UnreadableCommand('a quote is not closed')
      // `$x=name` and `@{ key=name }`: what is assigned is a command of its own.
      else if (character === '=' && !this.isCmd && this.words.length === 0) break
      else {
        if (character === rule.escape) this.at++
        if (rule.variable.test(character)) word.expands = true
        word.text += text[this.at] ?? ''
        this.at++
      }
    }
    word.written = text.slice(start, this.at)
    if (!this.isTarget) this.words.push(word)
    this.isTarget = false
    if (text[this.at] === '=' && !this.isCmd && this.words.length === 1) {
      this.flush()
      this.at++
    }
  }

  private skipTo(end: string): void {
    const at = this.text.indexOf(end, this.at)
    if (at < 0) throw new UnreadableCommand('a comment or a here-string has no end')
    this.at = at + end.length
  }
}
