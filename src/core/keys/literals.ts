import { isKey } from './judge.ts'
import { inAddress, inArgument, inHeader, inLine, inVariable, type KeySpan } from './spans.ts'

/** A value in somebody's config that looks like a key: never the value itself. */
export interface KeyLiteral {
  /** The server whose entry holds it, or where else in the file it is. */
  readonly server: string
  readonly name: string
  /** What the value is called in the file, which may say less: `Authorization`, `args`. */
  readonly member: string
}

/** Where programs keep their servers' entries. */
const containers = new Set(['mcpServers', 'servers', 'mcp_servers', 'mcp', 'context_servers', 'amp.mcpServers'])
/** Objects whose values are names of variables, not their content. */
const namesOfVariables = /^env_|_env$|env_?vars?$/i
const address = /(?:^|[^a-z])(?:url|uri|endpoint|host)s?$|(?:Url|Uri)$/

/**
 * Keys in a config of any program, judged by name and shape as imports judge them: in variables, headers, addresses and
 * arguments of servers, and wherever else one has a name that says so.
 */
export function literalsIn(config: unknown): KeyLiteral[] {
  const found = new Map<string, KeyLiteral>()
  const walk = (value: unknown, path: readonly string[]): void => {
    const parent = path.at(-1) ?? ''
    if (typeof value !== 'object' || value === null || namesOfVariables.test(parent)) return
    for (const [name, inner] of Object.entries(value)) {
      const at = Array.isArray(value) ? path : [...path, name]
      if (typeof inner !== 'string') walk(inner, at)
      else
        for (const { label } of spansOf(inner, {
          name: at.at(-1) ?? '',
          parent,
          before: Array.isArray(value) ? wordBefore(value, name) : null,
        })) {
          const literal = { server: serverAt(path), name: label, member: at.at(-1) ?? '' }
          found.set(JSON.stringify(literal), literal)
        }
    }
  }
  walk(config, [])
  return [...found.values()]
}

interface ValueContext {
  readonly name: string
  /** The name of the object that holds it. */
  readonly parent: string
  /** The item before it in a list; undefined: it is the first. Null: it is not in a list. */
  readonly before: string | undefined | null
}

function spansOf(text: string, { name, parent, before }: ValueContext): KeySpan[] {
  if (before !== null) return inArgument(text, before)
  if (/headers$/i.test(parent)) return inHeader(name, text)
  if (name === 'command') return inLine(text)
  return address.test(name) ? inAddress(text) : inVariable(name, text)
}

const wordBefore = (list: readonly unknown[], index: string): string | undefined => {
  const word = list[Number(index) - 1]
  return typeof word === 'string' ? word : undefined
}

function serverAt(path: readonly string[]): string {
  const container = path.findIndex((name) => containers.has(name))
  return path[container < 0 ? path.length - 1 : container + 1] ?? ''
}

const quoted = /["']?([A-Za-z_][\w.-]{0,80})["']?\s*[:=]\s*(["'`])((?:\\.|(?!\2)[^\\\n])*)\2/g
const bare = /^[ \t]*(?:export[ \t]+|#[ \t]*|\/\/[ \t]*)?([A-Za-z_][\w.-]{0,80})[ \t]*[:=][ \t]*([^\s"'`#,{[][^\s"'`#,]*)/gm

/** Returns the names of values that look like keys in an unreadable config, or in comments. */
export function literalNamesIn(text: string): string[] {
  const pairs = [
    ...[...text.matchAll(quoted)].map(([, name = '', , value = '']) => [name, value] as const),
    ...[...text.matchAll(bare)].map(([, name = '', value = '']) => [name, value] as const),
  ]
  return [...new Set(pairs.flatMap(([name, value]) => (isKey(name, value) === null ? [] : [name])))]
}
