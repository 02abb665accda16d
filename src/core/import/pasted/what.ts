import { pastedProgram } from '../../../model/command-line.ts'
import { parsePython } from '../../packages/python.ts'
import { parseWords } from '../../packages/words.ts'

/** The meaning of a single word after `add`. */
export type What =
  | { readonly kind: 'pasted' }
  | { readonly kind: 'package'; readonly words: string }
  | { readonly kind: 'pypi'; readonly words: string }
  | { readonly kind: 'registry'; readonly name: string; readonly version: string | null }
  | { readonly kind: 'extension'; readonly id: string }
  | { readonly kind: 'builtin'; readonly name: string; readonly range: string | null }
  | { readonly kind: 'unknown'; readonly reason: string; readonly hint: string }

const unknown = (reason: string, hint: string): What => ({ kind: 'unknown', reason, hint })

const packageOr = (words: string): What => {
  const parsed = parseWords(words)
  return 'refuse' in parsed
    ? unknown(parsed.refuse, 'give its name: mcp-twin add npm:NAME; with a version: mcp-twin add npm:NAME@VERSION')
    : { kind: 'package', words }
}

const pythonOr = (words: string): What => {
  const parsed = parsePython(words)
  return 'refuse' in parsed
    ? unknown(parsed.refuse, 'give its name: mcp-twin add pypi:NAME; with a version: mcp-twin add pypi:NAME@VERSION')
    : { kind: 'pypi', words }
}

/** A name of the MCP registry: a dot before its only slash, as no package and no repository has it. */
const registryName = /^([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\/[A-Za-z0-9._-]+)(?:@([\w.+-]+))?$/

/** Reads the argument of `add`. A plain word is never a package of a stranger: only a built-in, or an error that says how. */
export function readWhat(word: string, builtins: readonly string[], nearest: (word: string) => string | null): What {
  const text = word.trim()
  // Ids may hold blanks, so this comes before the lines that people paste.
  const [, id] = /^extension:([\s\S]+)$/i.exec(text) ?? []
  if (id !== undefined) return { kind: 'extension', id }
  if (/^[a-z][\w+.-]*:\/\//i.test(text) || /^vscode(?:-insiders)?:mcp\//.test(text) || /^[{[]/.test(text) || /\s/.test(text))
    return { kind: 'pasted' }
  if (/^npm:/i.test(text)) return packageOr(text.slice(4))
  if (/^pypi:/i.test(text)) return pythonOr(text.slice(5))
  if (text.startsWith('@')) return packageOr(text)
  const listed = registryName.exec(text)
  if (listed?.[1] !== undefined) return { kind: 'registry', name: listed[1], version: listed[2] ?? null }
  const at = text.indexOf('@')
  const [name, range] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
  if (builtins.includes(name))
    return range === '' ? unknown(`Nothing follows the @ in "${text}"`, `mcp-twin add ${name}`) : { kind: 'builtin', name, range }
  if (pastedProgram.test(text))
    return unknown(`A line that begins with ${text} must be one argument`, 'put it in quotes, or: mcp-twin add -')
  const guess = nearest(name)
  const npm =
    'refuse' in parseWords(text)
      ? `a package of another name: mcp-twin add ${JSON.stringify(text)} --package PACKAGE`
      : `the npm package: mcp-twin add npm:${text}`
  return unknown(`Unknown server "${text}"`, guess === null ? npm : `did you mean: mcp-twin add ${guess}; for ${npm}`)
}
