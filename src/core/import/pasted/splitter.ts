/** Takes the place of a variable that the shell would fill in, so that it is not mistaken for typed text. */
export const referenceTo = (name: string): string => `\ue000${name}\ue001`
export const references = /\ue000([^\ue000\ue001]*)\ue001/g

/** Why a text cannot be split into words. */
export class Unsplit extends Error {}

export const OPEN = 'a quote is not closed'
const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’' }

/** Splits one logical line into commands, and those into words. */
export class Splitter {
  private readonly text: string
  private at = 0
  private word: string | null = null
  private found: string[] = []
  private readonly all: string[][] = []

  constructor(text: string) {
    this.text = text
  }

  commands(): string[][] {
    while (this.at < this.text.length) this.step()
    this.endCommand()
    return this.all
  }

  private add(text: string): void {
    this.word = `${this.word ?? ''}${text}`
  }

  private endWord(): void {
    if (this.word !== null) this.found.push(this.word)
    this.word = null
  }

  private endCommand(): void {
    this.endWord()
    if (this.found.length > 0) this.all.push(this.found)
    this.found = []
  }

  private rest = (): string => this.text.slice(this.at)

  private match(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.rest())
    if (found !== null) this.at += found[0].length
    return found
  }

  private step(): void {
    const letter = this.text.charAt(this.at)
    // `<your key>` is a placeholder of the README, not a redirection.
    const placeholder = this.match(/^<[A-Za-z_][^<>\n|&;]*>/)
    if (placeholder !== null) this.add(placeholder[0])
    else if (this.match(/^(?:&&|\|\||[;&|\n])/) !== null) this.endCommand()
    else if (/\s/.test(letter)) {
      this.at++
      this.endWord()
    } else if (this.word !== null || !this.beginning(letter)) this.inWord(letter)
  }

  /** Reads what has another meaning at the beginning of a word; false if nothing of the kind is there. */
  private beginning(letter: string): boolean {
    // A comment, what is left of a continued line whose break was lost, a redirection: no words.
    if (this.match(/^(?:#[^\n]*|[\\^`](?=\s|$)|\d?>{1,2}(?:&\d|\s*[^\s<>]+))/) !== null) return true
    return letter === '{' && this.braces()
  }

  private inWord(letter: string): void {
    const isFirst = this.word === null || this.word.endsWith('=')
    const end = closing[letter]
    if (isFirst && this.match(/^~(?=[/\\\s]|$)/) !== null) this.add(referenceTo('HOME'))
    else if (this.isApostrophe(letter)) this.add(this.next())
    else if (end !== undefined && (letter !== '‘' || this.rest().includes('’'))) this.quoted(end)
    else if (letter === '\\') this.backslash()
    else if (this.match(/^\^(?=[&|<>^"%!()])/) !== null) this.add(this.next())
    else if (!this.variable()) this.add(this.next())
  }

  /** `don't` in a line of prose opens no quote. */
  private isApostrophe(letter: string): boolean {
    return letter === "'" && /[A-Za-z]$/.test(this.word ?? '') && /^'[A-Za-z][^'\n]*(?:\n|$)/.test(this.rest())
  }

  private next = (): string => this.text.charAt(this.at++)

  /** A Windows path keeps its backslashes; elsewhere one escapes the letter behind it. */
  private backslash(): void {
    this.at++
    const isPath = /(?:^|=)(?:[A-Za-z]:|\.{0,2}$|\ue000[^\ue001]*\ue001|\\)[^"']*$/.test(this.word ?? '') && /^[\w.@$%-]/.test(this.rest())
    this.add(isPath ? '\\' : this.at < this.text.length ? this.next() : '')
  }

  private quoted(end: string): void {
    this.at++
    this.add('')
    const isLiteral = end === "'" || end === '’'
    while (this.text.charAt(this.at) !== end) {
      if (this.at >= this.text.length) throw new Unsplit(OPEN)
      const escaped = isLiteral ? null : this.match(/^\\(["\\$`])|^`(["$`])/)
      if (escaped !== null) this.add(escaped[1] ?? escaped[2] ?? '')
      else if (isLiteral || !this.variable()) this.add(this.next())
    }
    this.at++
  }

  /** JSON without quotes around it, as cmd lets it pass: one word with all its quotes. */
  private braces(): boolean {
    let depth = 0
    let inText = false
    for (let at = this.at; at < this.text.length; at++) {
      const letter = this.text.charAt(at)
      if (inText && letter === '\\') at++
      else if (letter === '"') inText = !inText
      else if (!inText && letter === '{') depth++
      else if (!inText && letter === '}' && --depth === 0) {
        this.add(this.text.slice(this.at, at + 1))
        this.at = at + 1
        return true
      }
    }
    return false
  }

  /** A variable in the spelling of any shell; false where none begins here. */
  private variable(): boolean {
    if (/^(?:\$\(|`[^`\n]+`)/.test(this.rest()))
      throw new Unsplit('it holds a command in $(…) or backticks, and nothing that is pasted is run: put its result in its place')
    const given = this.match(/^\$\{(\w+):?-([^{}]*)\}/)
    if (given !== null) {
      this.add(given[2] ?? '')
      return true
    }
    const found = this.match(/^(?:\$env:([A-Za-z_]\w*)|\$\{(?:env:)?([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)|%([A-Za-z_]\w{2,})%)/i)
    if (found === null) return false
    this.add(referenceTo(found[1] ?? found[2] ?? found[3] ?? found[4] ?? ''))
    return true
  }
}
