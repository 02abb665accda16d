import { decode } from '../text/decode.ts'
import { firstBreak } from '../text/lines.ts'
import { indentOf } from './layout.ts'
import { refusing } from '../text/place.ts'
import { Problem } from '../text/problem.ts'
import { shown } from '../text/shown.ts'
import { startsObject, type JsonItem, type Node, nameOf, walkDocument, walkValue } from './walk.ts'
import type { Dialect, JsonDocument, ReadJson } from './document.ts'

/**
 * Reads a client's config: the whole text is checked, and the object at `path` is listed with offsets. Bytes that are
 * empty or only white space are a valid document with `blank` set and no container. Whatever cannot be read exactly
 * as its program reads it is refused with the place and the reason; nothing is guessed and nothing repaired.
 */
export function readDocument(bytes: Uint8Array, options: { readonly path: readonly string[]; readonly dialect: Dialect }): ReadJson {
  const decoded = decode(bytes)
  if (!decoded.ok) return decoded
  const { text, bom } = decoded
  const { path, dialect } = options
  const eol = firstBreak(text) ?? '\n'
  const notices: string[] = []
  if (/^[ \t\r\n]*$/.test(text)) {
    return { ok: true, document: { text, bom, eol, indent: '  ', path, container: null, dialect, notices, blank: true } }
  }
  return refusing(text, () => {
    const nodes = nodesOnPath(text, path, dialect, notices)
    const container = nodes.length > path.length ? membersOf(text, nodes[path.length], notices) : null
    const document: JsonDocument = { text, bom, eol, indent: indentOf(text, nodes), path, container, dialect, notices }
    return { ok: true, document }
  })
}

/** The root and the objects below it along `path`, as far as they are there. Checks the whole text. */
export function nodesOnPath(text: string, path: readonly string[], dialect: Dialect, notices: string[] = []): [Node, ...Node[]] {
  const root = walkDocument(text, dialect)
  if (!startsObject(text, root.start))
    throw new Problem('root-not-object', root.start, 'the file does not hold an object ({ … }) at its top')
  const nodes: [Node, ...Node[]] = [root]
  let node = root
  for (const [depth, name] of path.entries()) {
    const item = onlyNamed(text, node, name, notices)
    if (!item) break
    if (!startsObject(text, item.valueStart)) {
      const what = path
        .slice(0, depth + 1)
        .map(shown)
        .join(' › ')
      throw new Problem('container-not-object', item.valueStart, `${what} is ${kindAt(text, item)}, not an object ({ … })`)
    }
    node = walkValue(text, item.valueStart, dialect)
    nodes.push(node)
  }
  return nodes
}

/** The one member of a name. Two are refused: programs read the last, people and tools often edit the first. */
function onlyNamed(text: string, node: Node, name: string, notices: string[]): JsonItem | null {
  let only: JsonItem | null = null
  const folded = name.toLowerCase()
  for (const item of node.items) {
    const other = nameOf(text, item)
    if (other === name) {
      if (only) throw new Problem('duplicate-key', item.start, `${shown(name)} appears twice`)
      only = item
    } else if (other.toLowerCase() === folded) {
      notices.push(`${shown(other)} differs from ${shown(name)} only in case: no program reads it, and it is left as it is`)
    }
  }
  return only
}

function kindAt(text: string, item: JsonItem): string {
  const raw = text.slice(item.valueStart, Math.min(item.valueEnd, item.valueStart + 6))
  if (raw.startsWith('[')) return 'a list'
  if (raw.startsWith('"')) return 'a text'
  return raw === 'null' || raw === 'true' || raw === 'false' ? raw : 'a number'
}

function membersOf(text: string, node: Node | undefined, notices: string[]): JsonDocument['container'] {
  if (!node) return null
  const seen = new Map<string, number>()
  const members = node.items.map((item) => {
    const name = nameOf(text, item)
    seen.set(name, (seen.get(name) ?? 0) + 1)
    return { name, key: { start: item.start, end: item.keyEnd }, value: { start: item.valueStart, end: item.valueEnd } }
  })
  for (const [name, times] of seen) {
    if (times > 1) notices.push(`duplicate: ${shown(name)} appears ${times} times; programs read the last one, and all are kept`)
  }
  return { span: { start: node.start, end: node.end }, members }
}
