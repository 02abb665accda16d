import { type BlockableCommand, type Grammar, isDynamic, UnreadableCommand, type Word } from './command.ts'

const names = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Run the first of their words that is neither an option nor the value of one. */
const wrappers = names(
  `env command builtin exec nohup time nice ionice timeout stdbuf setsid xargs busybox toybox noglob nocorrect sudo doas pkexec
  wsl call else do return throw`,
)
/** Options of wrappers that take no value. */
const withoutValue = /^-([0aceilopqrtvwx]+|-|-exec)$/

/** Run a program or a command line that may be any of their words. */
const anywhere = names(
  `chroot unshare nsenter parallel watch flock strace ltrace script setarch systemd-run chrt taskset hash trap alias if for
  start-process saps start invoke-command icm start-job runas forfiles conhost explorer rundll32 wmic schtasks mshta invoke-item ii
  set-alias sal new-alias nal`,
)

/** Run what is behind these options of theirs, and only that. */
const finders: ReadonlyMap<string, RegExp> = new Map([
  ['find', /^-(exec|ok)(dir)?$/],
  ['fd', /^(-\w*[xX]|--exec(-batch)?)$/],
])

/** Take a command line behind `-c`. */
const shells = names('sh bash zsh dash ksh ash su runuser script flock')

/** A program's name as in lists of blocked commands: without its folder, the extensions of Windows, and zsh's `=`. */
export const nameOf = (text = ''): string => (text.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/^=|\.(exe|com|bat|cmd|ps1)$/g, '')

/** An option, a setting, or a number such as a time: no program. */
const isArgument = ({ text }: Word): boolean => /^-|=|^[\d.]+[smhd]?$|^$/.test(text)

/** Refuses a program whose name is only known when it runs. Its folder may be unknown: `"$HOME/bin/tool"`. */
function demandKnown(word: Word | undefined): void {
  if (word === undefined || !isDynamic(word) || (!word.expands && /\/[^/\0]+$/.test(word.text))) return
  const { written } = word
  throw new UnreadableCommand(`the program ${written.length > 60 ? `${written.slice(0, 60)}…` : written} is only known when it runs`)
}

/** Positions in a command of the programs it may run: its first word, and behind each wrapper the next; too many rather than too few. */
export function programsIn(words: BlockableCommand): ReadonlySet<number> {
  demandKnown(words[0])
  const found = new Set([0])
  for (const at of found) {
    const name = nameOf(words[at]?.text)
    const next = behind(words, at, name)
    if (name !== 'if' && name !== 'for')
      demandKnown(words[next.find((place) => finders.has(name) || !isArgument(words[place] as Word)) ?? -1])
    for (const place of next) found.add(place)
  }
  return found
}

function behind(words: BlockableCommand, from: number, name: string): number[] {
  const finder = finders.get(name)
  if (finder === undefined && !wrappers.has(name) && !anywhere.has(name)) return []
  if (words.length > 2000) throw new UnreadableCommand(`one command has ${words.length} words`)
  const rest = [...words.keys()].slice(from + 1)
  if (finder !== undefined) return rest.filter((at) => finder.test(words[at - 1]?.text ?? ''))
  if (anywhere.has(name)) return rest
  // `command -v NAME` only prints where it is.
  if (name === 'command' && /^-\w*[vV]/.test(words[from + 1]?.text ?? '')) return []
  const isFirst = (word: Word, at: number): boolean => {
    const before = at === from + 1 ? '' : (words[at - 1]?.text ?? '')
    return !isArgument(word) && (!/^-[^=]*$/.test(before) || withoutValue.test(before))
  }
  const end = words.findIndex((word, at) => at > from && isFirst(word, at))
  return end < 0 ? rest : rest.slice(0, end - from)
}

/** The command lines that a command gives to a shell as arguments, each with the grammar of that shell. Throws Unreadable. */
export function linesIn(words: BlockableCommand, outer: Grammar): [text: string, grammar: Grammar][] {
  const name = nameOf(words[0]?.text)
  const rest = words.slice(1)
  const splits = rest.findIndex(({ text }) => /^(-[a-z]*S|--split-string)/.test(text))
  if (name === 'eval' || (name === 'env' && splits >= 0 && rest.slice(0, splits).every(isArgument)))
    throw new UnreadableCommand(`${name} takes a text apart by itself`)
  if (name === '.' || name === 'source') {
    const [script = { text: '', expands: false }] = rest
    // A script is not looked into, wherever its folder is; what comes from a pipe is no script.
    if (script.expands || /^\/(dev|proc)\//.test(script.text) || /\0(?!.*\/[\w.-]+\.\w+$)/s.test(script.text))
      throw new UnreadableCommand('what is read in is only known when it runs')
  }
  const option = rest.findIndex(({ text }) => /^-\w*c$/i.test(text))
  const lines: (readonly [readonly Word[], Grammar])[] = []
  if (shells.has(name) && option >= 0)
    lines.push([rest.slice(rest[option + 1]?.text === '--' ? option + 2 : option + 1).slice(0, 1), 'posix'])
  else if (name === 'cmd') lines.push([rest, 'cmd'])
  else if (name === 'powershell' || name === 'pwsh') lines.push([rest, 'powershell'])
  else if (anywhere.has(name))
    for (const word of rest) if (/[\s=]/.test(word.text)) lines.push([[word], name === 'forfiles' ? 'cmd' : outer])
  return lines.map(([given, grammar]) => {
    // Words of a POSIX shell lose their variables when they are read; the others keep them, to be judged once more.
    if (outer === 'posix' && given.some(isDynamic)) throw new UnreadableCommand(`what ${name} is to run is only known when it runs`)
    const text = given.map((word) => word.text).join(' ')
    if (name === 'cmd') return [/(?:^|\s|\/\w+)\/[ckr](.*)$/is.exec(text)?.[1] ?? '', grammar]
    if (grammar === 'powershell') return [powershellLine(text), grammar]
    return [name === 'alias' ? text.replace(/^[^=]*=/, '') : text, grammar]
  })
}

/** The command behind the options of PowerShell. */
function powershellLine(text: string): string {
  if (/(^|\s)[-/]e(nc?|nco\w*|c)?(\s|$)/i.test(text)) throw new UnreadableCommand('an encoded command cannot be read')
  const options = /^\s*([-/](ex\w*|ep|v\w*|w\w*|inp\w*|o\w*|conf\w*|psc\w*|wo\w*)\s+\S+\s*|[-/](?!c(o\w*)?\s)\w+\s*)*([-/]c(o\w*)?\s+)?/i
  return text.replace(options, '')
}
