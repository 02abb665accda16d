import { nearest } from '../../core/nearest.ts'

/** Words that models use for one thing, in tools of ours and of other servers: those of a row count as the same. */
const sameWords: readonly (readonly string[])[] = [
  ['write', 'set', 'store', 'save', 'put', 'add', 'create', 'insert', 'update', 'new', 'make'],
  ['read', 'get', 'open', 'retrieve', 'fetch', 'load', 'show', 'view', 'cat'],
  ['search', 'find', 'query', 'lookup', 'grep', 'glob'],
  ['delete', 'remove', 'erase', 'drop', 'clear'],
  ['list', 'ls', 'all'],
  ['execute', 'exec', 'run'],
  ['command', 'shell', 'bash', 'terminal'],
  ['directory', 'directorie', 'folder', 'dir'],
  ['memory', 'memorie', 'entity', 'entitie', 'node', 'observation', 'relation', 'graph', 'knowledge', 'fact'],
]
const meanings = new Map(sameWords.flatMap((row) => row.map((word) => [word, row[0] ?? word])))
/** Words that name both what is done and with what. */
const whole = new Map([
  ['remember', 'write memory'],
  ['recall', 'read memory'],
  ['forget', 'delete memory'],
  ['mkdir', 'write directory'],
])

function wordsIn(name: string): Set<string> {
  const words =
    name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  const bare = words.flatMap((word) => (whole.get(word) ?? word).split(' ')).map((word) => word.replace(/(?<=..)s$/, ''))
  return new Set(bare.map((word) => meanings.get(word) ?? word))
}

/** More names than these help nobody. */
const namesMost = 6

/** The tools that were meant by a name that none has: mistyped, or called as other servers call theirs. */
export function nearTools(asked: string, tools: readonly string[]): readonly string[] {
  const typo = nearest(asked, tools, 2)
  if (typo !== null) return [typo]
  const words = wordsIn(asked)
  const ranked = tools.map((name) => ({ name, shared: [...wordsIn(name)].filter((word) => words.has(word)).length }))
  const most = Math.max(1, ...ranked.map(({ shared }) => shared))
  const best = ranked.filter(({ shared }) => shared === most).map(({ name }) => name)
  return best.length > namesMost ? [] : best
}
