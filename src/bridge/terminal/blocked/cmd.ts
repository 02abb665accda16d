import { demandFew, type SimpleCommand, Unreadable, type Word } from './word.ts'

interface Part {
  readonly words: Word[]
}

/** Words that put other commands behind them: what follows is looked at word by word. */
const prefixes = new Set(['if', 'for', 'start', 'else', 'do', 'not', 'exist', 'in'])

/**
 * Every program that a line of cmd.exe starts. Carets and quotes are taken off as cmd does; a program that hangs on a
 * variable cannot be known. Throws Unreadable.
 */
export function cmdCommands(text: string): SimpleCommand[] {
  return split(text).flatMap(({ words }) => {
    const rest = words
      .map((word, index) => (index === 0 ? { ...word, text: word.text.replace(/^@+/, '') } : word))
      .filter((word) => word.text !== '' || word.dynamic)
    const [first] = rest
    if (first === undefined) return []
    const commands: SimpleCommand[] = [{ words: rest }, ...otherwise(first, rest)]
    if (/^(call|start)$/i.test(first.text) && rest.slice(1).some(({ dynamic }) => dynamic))
      throw new Unreadable(`what ${first.text} is to run is only known when it runs`)
    if (/^call$/i.test(first.text) && rest.length > 1) commands.push({ words: rest.slice(1) })
    // `if exist x del y`, `for … do del %i`: any of the words may be the program.
    if (prefixes.has(first.text.toLowerCase())) {
      demandFew(rest)
      for (let at = 1; at < rest.length; at++) if (!rest[at]?.dynamic) commands.push({ words: rest.slice(at) })
    }
    const afterDo = rest.findIndex((word) => word.text.toLowerCase() === 'do')
    if (afterDo >= 0 && rest[afterDo + 1]?.dynamic) throw new Unreadable('the program after "do" hangs on a variable')
    return commands
  })
}

/** `K/x` is K with a switch, and in `for /f … in ('K')` the program stands in quotes of its own kind. */
function otherwise(first: Word, rest: readonly Word[]): SimpleCommand[] {
  const cut = first.text.indexOf('/', 1)
  const bare = first.text.replace(/^['`]|['`]$/g, '')
  return [
    ...(cut > 0
      ? [{ words: [{ ...first, text: first.text.slice(0, cut) }, { ...first, text: first.text.slice(cut) }, ...rest.slice(1)] }]
      : []),
    ...(bare === first.text ? [] : [{ words: [{ ...first, text: bare }, ...rest.slice(1)] }]),
  ]
}

function split(text: string): Part[] {
  const parts: Part[] = [{ words: [] }]
  let word: { text: string; dynamic: boolean; quoted: boolean } | null = null
  let inQuotes = false
  const flush = () => {
    if (word !== null) parts.at(-1)?.words.push(word)
    word = null
  }
  const add = (character: string, more: { dynamic?: boolean; quoted?: boolean } = {}) => {
    word = {
      text: (word?.text ?? '') + character,
      dynamic: (word?.dynamic ?? false) || (more.dynamic ?? false),
      quoted: (word?.quoted ?? false) || (more.quoted ?? false),
    }
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '"') {
      inQuotes = !inQuotes
      add('', { quoted: true })
    } else if (character === '%' || character === '!') add(character, { dynamic: true })
    else if (inQuotes && character !== '\n') add(character, { quoted: true })
    else if (character === '^') {
      at++
      // A caret before a line's end joins the lines.
      if (text[at] !== '\n' && text[at] !== '\r') add(text[at] ?? '')
    } else if (/[&|\n()]/.test(character)) {
      flush()
      inQuotes = false
      parts.push({ words: [] })
    } else if (/[\s,;=<>]/.test(character)) flush()
    else add(character)
  }
  if (inQuotes) throw new Unreadable('a quote is not closed')
  flush()
  return parts
}
