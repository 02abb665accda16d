import { PosixWords } from './posix-words.ts'
import { type SimpleCommand, type Token, Unreadable, type Word } from './word.ts'

/** After these a new command begins. */
const starters = new Set(['if', 'then', 'else', 'elif', 'fi', 'while', 'until', 'do', 'done', '{', '}', '!', 'time', 'coproc', 'esac'])
const separators = new Set([';', '&', '&&', '||', '|', '|&', '\n', '(', ')'])
const redirects = new Set(['<', '>', '>>', '<<', '<<-', '<<<', '<&', '>&', '<>', '>|', '&>', '&>>'])
const deepest = 20

const isOp = (token: Token | undefined, op: string): boolean => token?.kind === 'op' && token.op === op
const plainWord = (token: Token | undefined): string | null =>
  token?.kind === 'word' && !token.word.quoted && !token.word.dynamic ? token.word.text : null

/** Reads a token list as a shell would, as far as needed to find every program that it starts. */
class Reader {
  readonly found: SimpleCommand[] = []
  private readonly tokens: readonly Token[]
  private at = 0
  /** Inside `case … in`: true while a pattern is expected. */
  private readonly cases: boolean[] = []

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
    while (this.at < tokens.length) this.command()
    if (this.cases.length > 0) throw new Unreadable('a case has no end')
  }

  private command(): void {
    const token = this.tokens[this.at]
    if (token === undefined) return
    const inCase = this.cases.length > 0
    if (token.kind === 'op') {
      if (inCase && [';;', ';&', ';;&'].includes(token.op)) this.cases[this.cases.length - 1] = true
      else if (redirects.has(token.op)) this.at++
      else if (isOp(token, '(') && isOp(this.tokens[this.at + 1], '(')) {
        this.arithmetic()
        return
      } else if (!separators.has(token.op)) throw new Unreadable(`"${token.op}" stands where a command begins`)
      this.at++
      if (inCase && this.cases.at(-1)) this.pattern()
      return
    }
    const word = plainWord(token)
    if (word === 'esac' && inCase) this.cases.pop()
    if (word !== null && starters.has(word)) this.starter(word)
    else if (word === 'for' || word === 'select') this.loop()
    else if (word === 'case') this.caseHead()
    else if (word === 'function') this.at += 2
    else if (word === '[[') this.skipTo(']]')
    else if (isOp(this.tokens[this.at + 1], '(')) {
      if (!isOp(this.tokens[this.at + 2], ')')) throw new Unreadable('a bracket stands where none is expected')
      this.at += 3
    } else this.simple()
  }

  /** `time -p` takes an option, `coproc NAME {` a name before a compound command. */
  private starter(word: string): void {
    this.at++
    if (word === 'time') while (/^-./.test(plainWord(this.tokens[this.at]) ?? '')) this.at++
    const next = plainWord(this.tokens[this.at + 1])
    if (word === 'coproc' && (next === '{' || isOp(this.tokens[this.at + 1], '('))) this.at++
  }

  /** Assignments, redirections and words up to the next separator. */
  private simple(): void {
    const words: Word[] = []
    const before = this.tokens[this.at - 1]
    let fed = isOp(before, '|') || isOp(before, '|&')
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.kind === 'op') {
        if (!redirects.has(token.op)) break
        fed ||= token.op.startsWith('<')
        this.at += 2
        continue
      }
      const assignment = words.length === 0 && /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/.test(token.word.text)
      if (!assignment) words.push(token.word)
      this.at++
    }
    if (words.length > 0) this.found.push({ words, fed })
  }

  private arithmetic(): void {
    for (this.at += 2; this.at < this.tokens.length; this.at++) {
      if (isOp(this.tokens[this.at], ')') && isOp(this.tokens[this.at + 1], ')')) {
        this.at += 2
        return
      }
    }
    throw new Unreadable('arithmetic has no end')
  }

  /** `for NAME in WORDS ; do`: the words are data. */
  private loop(): void {
    this.at++
    if (isOp(this.tokens[this.at], '(') && isOp(this.tokens[this.at + 1], '(')) {
      this.arithmetic()
      return
    }
    this.at++
    while (
      this.at < this.tokens.length &&
      !isOp(this.tokens[this.at], ';') &&
      !isOp(this.tokens[this.at], '\n') &&
      plainWord(this.tokens[this.at]) !== 'do'
    )
      this.at++
  }

  private caseHead(): void {
    this.skipTo('in')
    this.cases.push(true)
    this.pattern()
  }

  private pattern(): void {
    while (isOp(this.tokens[this.at], '\n')) this.at++
    if (plainWord(this.tokens[this.at]) === 'esac') return
    while (this.at < this.tokens.length && !isOp(this.tokens[this.at], ')')) this.at++
    if (this.at >= this.tokens.length) throw new Unreadable('a case has no end')
    this.cases[this.cases.length - 1] = false
    this.at++
  }

  private skipTo(word: string): void {
    while (this.at < this.tokens.length && plainWord(this.tokens[this.at]) !== word) this.at++
    if (this.at >= this.tokens.length) throw new Unreadable(`"${word}" is missing`)
    this.at++
  }
}

/** Every program that a line of sh, bash or zsh starts, those in substitutions included. Throws Unreadable. */
export function posixCommands(text: string, depth = 0): SimpleCommand[] {
  if (depth > deepest) throw new Unreadable('it is nested too deeply')
  const { tokens, nested } = new PosixWords(text)
  return [...new Reader(tokens).found, ...nested.flatMap((each) => posixCommands(each, depth + 1))]
}
