/** Every command and alias, so that `mcp-twin sync` is told from a sentence about mcp-twin; a unit test compares them with the specs. */
export const commandNames: readonly string[] = (
  'init sync doctor add search login logout remove enable disable ignore rename list status tools diff try secret outdated update undo ui logs run serve session roots memory ' +
  'handoff inbox actions events plugin store trust export import schema completion uninstall help'
).split(' ')

/** Words of a sentence that goes on behind a command. A server with such a name costs a line break, no more. */
const sentence = new Set(
  (
    'adds again and applies as asks brings can deletes disables do enables first fixes for from if in installs into is it leaves lists makes on or ' +
    'passes pins prints puts reads replaces removes restarts restores says sets shows starts takes tells that the then to turns typed undoes updates ' +
    'which while with without writes wrote'
  ).split(' '),
)

/** Programs of remedies that are typed in a shell, ours aside. */
const foreign = /^(?:npx|chmod|icacls|ls|mv|rm|mkdir|sudo|export|echo|wsl|iconv|ren|winget|brew|fnm)$/

/** Programs that sentences begin with, too, and the words that follow in a command. */
const subject =
  /^(?:npm (?:install|uninstall|config|cache|login|whoami|view|exec|run|root)$|(?:npm|node|git|claude) -|git (?:config|init|checkout|restore)$|claude mcp$)/

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const colour = /\u001b\[[0-9;]*m/g

const ends = (word: string): boolean => /[;,:!?)]$|[^.]\.$/.test(word)

/** Whether the word ends inside a quoted text that began with it or before it. */
const staysOpen = (words: readonly string[]): boolean => {
  const text = words.join(' ').replace(/\\./g, '')
  return text.split('"').length % 2 === 0 || text.split("'").length % 2 === 0
}

/** Where the command that begins at `at` ends: behind its last word. */
function endOf(words: readonly string[], at: number): number {
  let end = at + 1
  while (end < words.length) {
    const open = staysOpen(words.slice(at, end))
    const word = words[end] ?? ''
    if (
      !open &&
      (ends(words[end - 1] ?? '') || word.startsWith('(') || sentence.has(word.replace(/[;,.:!?)]+$/, '')) || /^[→—–·#]/.test(word))
    )
      break
    end += 1
  }
  return end
}

const isOurs = (words: readonly string[], at: number): boolean => {
  const next = (words[at + 1] ?? '').replace(/[;,.:!?)'"`]+$/, '')
  return /(?:^|[\\/("'`])mcp-twin(?:\.cmd|\.mjs)?["']?$/.test(words[at] ?? '') && (commandNames.includes(next) || next.startsWith('--'))
}

const isForeign = (words: readonly string[], at: number): boolean =>
  at + 1 < words.length && !isOurs(words, at + 1) && (foreign.test(words[at] ?? '') || subject.test(`${words[at]} ${words[at + 1]}`))

/** Where the command begins whose word `mcp-twin` is at `at`: at `npx`, a variable, or what is piped into it. */
function beginOf(words: readonly string[], at: number, from: number): number {
  let begin = at
  // A path with blanks, in quotes.
  const quote = /["']$/.exec(words[at] ?? '')?.[0]
  if (quote !== undefined) while (begin > from && !(words[begin] ?? '').startsWith(quote)) begin -= 1
  while (begin > from && /^(?:npx|node|&|[A-Z_]+=\S*)$/.test(words[begin - 1] ?? '')) begin -= 1
  if (words[begin - 1] !== '|') return begin
  while (begin > from && !(words[begin - 1] ?? '').endsWith(':')) begin -= 1
  return begin
}

/** The commands of a text, each as [first word, behind its last word]. */
function commandsIn(words: readonly string[]): [number, number][] {
  const found: [number, number][] = []
  for (let at = 0; at < words.length; at += 1) {
    const from = found.at(-1)?.[1] ?? 0
    const before = words.slice(from, at).filter((word) => word !== '')
    const isFirst = before.length === 0 || /[:→]$/.test(before.at(-1) ?? '')
    const range: [number, number] | null = isOurs(words, at)
      ? [beginOf(words, at, from), endOf(words, at)]
      : isFirst && isForeign(words, at)
        ? [at, endOf(words, at)]
        : null
    if (range === null) continue
    found.push(range)
    at = range[1] - 1
  }
  return found
}

/** A part of a line that no line break divides, and the blanks before it. */
export interface Piece {
  readonly blanks: string
  readonly text: string
}

/** The words of a line, a whole command as one of them: broken over two lines it could not be typed. */
export function pieces(line: string): Piece[] {
  const all = [...line.matchAll(/( *)([^ ]+)/g)].map(([, blanks = '', text = '']) => ({ blanks, text }))
  const words = all.map(({ text }) => text.replace(colour, ''))
  const joined: Piece[] = []
  let next = 0
  for (const [begin, end] of commandsIn(words)) {
    joined.push(...all.slice(next, begin))
    const parts = all.slice(begin, end)
    joined.push({ blanks: parts[0]?.blanks ?? '', text: parts.map(({ blanks, text }, at) => (at === 0 ? text : blanks + text)).join('') })
    next = end
  }
  return [...joined, ...all.slice(next)]
}
