import { bare } from './entries.ts'
import { demandFew, Unreadable, type Word } from './word.ts'

const names = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Start the program named behind them, at a place that depends on their own arguments. */
const anywhere = names(
  `chroot unshare nsenter parallel watch flock strace ltrace script setarch systemd-run chrt taskset hash
  start-process saps start invoke-command icm start-job runas forfiles conhost explorer rundll32 wmic schtasks mshta invoke-item ii
  set-alias sal new-alias nal`,
)

/** Start the first word that is neither an option nor the value of one; with the letters of their options that take no value. */
const inFront: ReadonlyMap<string, string> = new Map([
  ['env', 'i0v'],
  ['command', 'p'],
  ['builtin', ''],
  ['exec', 'cl'],
  ['nohup', ''],
  ['time', 'apqv'],
  ['nice', ''],
  ['ionice', 't'],
  ['timeout', 'v'],
  ['stdbuf', ''],
  ['setsid', 'cfw'],
  ['xargs', '0oprtx'],
  ['busybox', ''],
  ['toybox', ''],
  ['noglob', ''],
  ['nocorrect', ''],
  ['sudo', 'AbEHiknPSs'],
  ['doas', 'Lns'],
  ['pkexec', ''],
])

/** Start what stands behind these options of theirs, and only that. */
const finders: ReadonlyMap<string, RegExp> = new Map([
  ['find', /^-(exec|ok)(dir)?$/],
  ['fd', /^(-\w*[xX]|--exec(-batch)?)$/],
])

/** Take a command line of a POSIX shell behind `-c`. */
export const posixShells = names('sh bash zsh dash ksh ash su runuser')

/** Give a word with blanks in it to a shell. */
export const texting = names('watch script parallel flock ssh forfiles')

/** An option, a setting, or a number such as a time: no program. */
const isArgument = (text: string): boolean => /^-|=|^[\d.]+[smhd]?$/.test(text)

/** The places behind a program of `inFront` up to the first that surely is the one it starts. */
function upToProgram(words: readonly Word[], from: number, flags: string): number[] {
  const found: number[] = []
  for (let at = from + 1; at < words.length; at++) {
    const { text } = words[at] ?? { text: '' }
    found.push(at)
    const before = at === from + 1 ? '' : (words[at - 1]?.text ?? '')
    const valued = before.startsWith('-') && !before.includes('=') && ![...before.slice(1)].every((letter) => flags.includes(letter))
    if (!valued && !isArgument(text)) break
  }
  return found
}

/** Where the program that the one at `from` starts may stand; more places rather than one too few. */
function behind(words: readonly Word[], from: number): number[] {
  const name = bare(words[from]?.text ?? '')
  const option = finders.get(name)
  const flags = inFront.get(name)
  if (option === undefined && flags === undefined && !anywhere.has(name)) return []
  demandFew(words)
  const rest = [...words.keys()].slice(from + 1)
  if (option !== undefined) return rest.filter((at) => option.test(words[at - 1]?.text ?? ''))
  // `command -v NAME` only says where it is.
  if (name === 'command' && /^-\w*[vV]/.test(words[from + 1]?.text ?? '')) return []
  return flags === undefined ? rest : upToProgram(words, from, flags)
}

/** Where in a command a program may stand that it starts: its first word, and behind each that starts another. */
export function starts(words: readonly Word[]): number[] {
  const found = new Set([0])
  for (const at of found) {
    const name = bare(words[at]?.text ?? '')
    const next = behind(words, at)
    const first = finders.has(name) ? next : next.filter((place) => !isArgument(words[place]?.text ?? '')).slice(0, 1)
    if (first.some((place) => words[place]?.dynamic && !words[place]?.named))
      throw new Unreadable(`what ${name} is to run is only known when it runs`)
    for (const place of next) found.add(place)
  }
  return [...found]
}
