import { programName } from '../../launch/command-line.ts'
import { referenceTo } from './splitter.ts'

/** A word fit for a message: one that could be a key is cut. */
export const shownWord = (word: string): string => JSON.stringify(word.length > 24 ? `${word.slice(0, 4)}…` : word)

/** Options of `mcp add` in the programs that have it, by what follows them. */
const withPairs = /^(?:-e|--env|-H|--header)$/
const withValue =
  /^(?:-s|--scope|-t|--transport|--type|--url|--bearer-token-env-var|--client-id|--client-secret|--oauth-client-id|--oauth-resource|--callback-port|--timeout|--description|--include-tools|--exclude-tools|--tools|--cwd)$/
const alone = /^(?:--trust|--no-trust|-y|--yes|--force|--disabled)$/
/** They say something that no other program could do with it. */
const leftOut = /^--(?:client-id|client-secret|oauth-client-id|oauth-resource|callback-port|tools|include-tools|exclude-tools|cwd)$/

/** The words behind `mcp add`, apart: options anywhere before `--`, as these programs take them. */
export class AddWords {
  readonly positional: string[] = []
  readonly env = new Map<string, string>()
  readonly headers = new Map<string, string>()
  readonly values = new Map<string, string>()
  readonly ignored: string[] = []
  private readonly words: readonly string[]
  private readonly program: string
  private at = 0

  constructor(words: readonly string[], program: string) {
    this.words = words
    this.program = program
  }

  /** Null, or what is wrong. */
  read(json: boolean): string | null {
    for (; this.at < this.words.length; this.at++) {
      const word = this.words[this.at] ?? ''
      if (word === '--') {
        this.positional.push(...this.words.slice(this.at + 1))
        return null
      }
      const [, flag = word, value] = /^(--[A-Za-z][\w-]*)=([\s\S]*)$/.exec(word) ?? []
      const isInCommand = this.positional.length >= 2 && !json && !/^https?:/i.test(this.positional[1] ?? '')
      if (!flag.startsWith('-') || flag === '-' || (isInCommand && !this.isOurs(flag, value ?? this.words[this.at + 1])))
        this.positional.push(word)
      else {
        const trouble = this.option(flag, value)
        if (trouble !== null) return trouble
      }
    }
    return null
  }

  /** Behind a command without `--`, its own options follow; those of `mcp add` are known by what they carry. */
  private isOurs(flag: string, value = ''): boolean {
    if (/^(?:-s|--scope)$/.test(flag)) return /^(?:local|user|project|global)$/.test(value)
    if (/^(?:-t|--transport)$/.test(flag)) return /^(?:stdio|sse|http)$/.test(value)
    const isDocker = /^(?:docker|podman)$/.test(programName(this.positional[1] ?? ''))
    return /^(?:-e|--env)$/.test(flag) && /^[A-Za-z_]\w*=/.test(value) && !isDocker
  }

  private option(flag: string, inline: string | undefined): string | null {
    if (alone.test(flag) || (flag === '--client-secret' && this.program === 'claude')) return null
    if (withPairs.test(flag)) {
      const isHeader = /^(?:-H|--header)$/.test(flag)
      const fits = (word: string | undefined): boolean =>
        word !== undefined && (isHeader ? /^[\w-]+\s*:(?!\/\/)/ : /^[A-Za-z_]\w*=/).test(word)
      const first = inline ?? this.words[++this.at]
      if (first === undefined) return `nothing follows ${flag}`
      this.pair(first, isHeader)
      while (inline === undefined && fits(this.words[this.at + 1])) this.pair(this.words[++this.at] ?? '', isHeader)
      return null
    }
    if (!withValue.test(flag)) return `it has no option ${shownWord(flag)}`
    const value = inline ?? this.words[++this.at]
    if (value === undefined) return `nothing follows ${flag}`
    if (leftOut.test(flag)) this.ignored.push(flag)
    else this.values.set({ '-t': 'transport', '--type': 'transport' }[flag] ?? flag.replace(/^--?/, ''), value)
    return null
  }

  private pair(text: string, isHeader: boolean): void {
    const at = isHeader ? text.search(/[:=]/) : text.indexOf('=')
    const name = (at < 0 ? text : text.slice(0, at)).trim()
    const value = at < 0 ? referenceTo(name) : text.slice(at + 1)
    if (isHeader) this.headers.set(name, value.trim())
    else this.env.set(name, value)
  }
}
