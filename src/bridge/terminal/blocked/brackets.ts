import { Unreadable } from './word.ts'

/**
 * The closing bracket that belongs to the opening one at `from`; quotes and escapes in between are stepped over, and in
 * round brackets, which hold commands, comments and here-documents too: a commit message in one is ordinary prose.
 */
export function matching(text: string, from: number, open: string, close: string): number {
  const documents: Document[] = []
  let depth = 0
  let arithmetic: number | null = null
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    const commands = close === ')' && arithmetic === null
    if (character === '\\') at++
    else if (character === "'" && close === ')') at = closingSingle(text, at)
    else if (character === '"') at = closingDouble(text, at)
    else if (character === '#' && commands && /[ \t\n;&|(]/.test(text[at - 1] ?? '')) at = lineEnd(text, at) - 1
    else if (commands && text.startsWith('<<', at)) at = documentAt(text, at, documents)
    else if (character === '\n' && documents.length > 0) at = afterDocuments(text, at, documents.splice(0))
    else if (character === open) {
      if (commands && text[at + 1] === '(') arithmetic = depth
      depth++
    } else if (character === close && --depth === 0) return at
    else if (character === close && arithmetic === depth) arithmetic = null
  }
  throw new Unreadable('a bracket is not closed')
}

/** A here-document: the line that ends it, and whether tabs before that line count. */
interface Document {
  readonly end: string
  readonly strip: boolean
}

const lineEnd = (text: string, from: number): number => (text.indexOf('\n', from) + 1 || text.length + 1) - 1

/** Notes the here-document that `<<` at `from` begins, unless it is `<<<`; answers the last place read. */
function documentAt(text: string, from: number, documents: Document[]): number {
  if (text[from + 2] === '<') return from + 2
  const name = /<<(-?)[ \t]*((?:'[^']*'|"[^"]*"|\\[\s\S]|[^ \t\r\n;&|<>()'"\\])+)/y
  name.lastIndex = from
  const [, dash, word = ''] = name.exec(text) ?? []
  if (word === '') throw new Unreadable('a here-document has no name')
  documents.push({ end: word.replace(/\\([\s\S])|['"]/g, '$1'), strip: dash === '-' })
  return name.lastIndex - 1
}

/** The line break that ends the last of the documents whose bodies begin behind the one at `from`. */
function afterDocuments(text: string, from: number, documents: readonly Document[]): number {
  let at = from
  for (const { end, strip } of documents) {
    for (let line: string | null = null; line !== end; ) {
      if (at >= text.length) throw new Unreadable('a here-document has no end')
      const start = at + 1
      at = lineEnd(text, start)
      line = strip ? text.slice(start, at).replace(/^\t+/, '') : text.slice(start, at)
    }
  }
  return at - 1
}

function closingSingle(text: string, from: number): number {
  const end = text.indexOf("'", from + 1)
  if (end === -1) throw new Unreadable('a quote is not closed')
  return end
}

function closingDouble(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '$' && text[at + 1] === '(') at = matching(text, at + 1, '(', ')')
    else if (text[at] === '"') return at
  }
  throw new Unreadable('a quote is not closed')
}

/** Whether braces in a word stand for several words, `{a,b}` or `{1..3}`. In one pass: a word may be very long. */
export function expandsBraces(word: string): boolean {
  let several: boolean | null = null
  for (let at = 0; at < word.length; at++) {
    const character = word[at]
    if (character === '{') several = false
    else if (character === '}') {
      if (several) return true
      several = null
    } else if (several === false && (character === ',' || (character === '.' && word[at + 1] === '.'))) several = true
  }
  return false
}
