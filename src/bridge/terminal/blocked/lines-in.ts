import type { Grammar } from '../shells.ts'
import { bare } from './entries.ts'
import { posixShells, texting } from './starters.ts'
import { type SimpleCommand, Unreadable, type Word } from './word.ts'

/** A command line, and by whose rules it is read. */
export interface CommandLine {
  readonly text: string
  readonly grammar: Grammar
}

const posix = (text: string): CommandLine[] => [{ text, grammar: 'posix' }]
const unknown = (name: string): Unreadable => new Unreadable(`what ${name} is to run is only known when it runs`)

/** The command lines that one command gives to a shell as arguments. Throws Unreadable. */
export function linesIn({ words, fed = false }: SimpleCommand, outer: Grammar): CommandLine[] {
  const name = bare(words[0]?.text ?? '')
  const rest = words.slice(1)
  /** Words of a POSIX shell lose their variables when they are read; the others keep them, to be judged once more. */
  const joined = (from: number): string => {
    if (outer === 'posix' && rest.slice(from).some(({ dynamic }) => dynamic)) throw unknown(name)
    return rest
      .slice(from)
      .map(({ text }) => text)
      .join(' ')
  }
  if (texting.has(name)) {
    const texts = rest.filter(({ text }) => /\s/.test(text))
    return texts.map(({ text }) => ({ text, grammar: name === 'forfiles' ? 'cmd' : 'posix' }))
  }
  if (posixShells.has(name)) return shellLine(name, rest, fed, outer)
  switch (name) {
    case 'eval':
      return posix(joined(0))
    case 'trap': {
      const at = rest[0]?.text === '--' ? 1 : 0
      return rest.length < 2 ? [] : posix(rest[at]?.dynamic ? joined(at) : (rest[at]?.text ?? ''))
    }
    case 'alias':
      return rest.map(({ text }) => ({ text: text.replace(/^[^=]*=/, ''), grammar: outer }))
    case '.':
    case 'source':
      // A script is not looked into, wherever its folder is; what comes from a pipe is no script.
      if ((rest[0]?.dynamic && !/\/[\w.-]+\.\w+$/.test(rest[0].text)) || /^\/(dev|proc)\//.test(rest[0]?.text ?? ''))
        throw new Unreadable('what is read in is only known when it runs')
      return []
    case 'env': {
      const own = rest.slice(0, rest.findIndex(({ text }) => !/^-|^\w+=/.test(text)) + 1 || undefined)
      if (own.some(({ text }) => /^(-[a-z]*S|--split-string)/.test(text))) throw new Unreadable('env takes a text apart by itself')
      return []
    }
    case 'wsl': {
      const valued = /^(-d|-u|--distribution|--user|--cd|--shell-type)$/
      const at = rest.findIndex(({ text }, index) => !/^(-|~$)/.test(text) && !valued.test(rest[index - 1]?.text ?? ''))
      return at < 0 ? [] : posix(joined(at))
    }
    case 'cmd': {
      const text = /(?:^|\s|\/\w+)\/[ckr](.*)$/is.exec(joined(0))?.[1]
      return text === undefined ? [] : [{ text, grammar: 'cmd' }]
    }
    case 'powershell':
    case 'pwsh':
      return powershellLine(joined(0))
    default:
      return []
  }
}

function shellLine(name: string, rest: readonly Word[], fed: boolean, outer: Grammar): CommandLine[] {
  const at = rest.findIndex(({ text }) => /^-[a-z]*c$/i.test(text))
  if (at < 0) {
    if (fed && rest.every(({ text }) => /^[-+]/.test(text))) throw new Unreadable(`what ${name} is to run comes from its input`)
    return []
  }
  const line = rest[at + (rest[at + 1]?.text === '--' ? 2 : 1)]
  if (outer === 'posix' && line?.dynamic) throw unknown(name)
  return posix(line?.text ?? '')
}

/** What follows the options is a command; those that take a value are these. */
const powershellOptions =
  /^\s*([-/](ex\w*|ep|v\w*|w\w*|inp\w*|o\w*|conf\w*|psc\w*|wo\w*)\s+\S+\s*|[-/](?!c(o\w*)?\s)\w+\s*)*([-/]c(o\w*)?\s+)?/i

function powershellLine(all: string): CommandLine[] {
  if (/(^|\s)[-/]e(nc?|nco\w*|c)?(\s|$)/i.test(all)) throw new Unreadable('an encoded command cannot be read')
  const text = all.replace(powershellOptions, '')
  return text.trim() === '' ? [] : [{ text, grammar: 'powershell' }]
}
