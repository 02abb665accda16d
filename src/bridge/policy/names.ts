import { separatorOf } from './region.ts'

/**
 * A path's names, in the form in which they are compared with lists: letters' case means nothing on Windows drives and on
 * macOS, and what has no width nothing to HFS+ (CVE-2014-9390), so both are left out everywhere.
 */
export const namesOf = (path: string): string[] => foldedName(path).split(/[\\/]/)
export type Names = readonly string[]

const ascii = /^[\0-\x7f]*$/
/** `ſ` and `K` (Kelvin) are forms of `s` and `k` to APFS and NTFS. */
export const foldedName = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFC')
        .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
        .toLowerCase()
        .replaceAll('ſ', 's')

interface Node {
  /** As the list spells it. */
  readonly name: string
  children: Map<string, Node> | null
  globs: readonly { readonly test: RegExp; readonly node: Node }[]
  listed: boolean
}

const nodeOf = (name: string): Node => ({ name, children: null, globs: [], listed: false })
const globTest = (name: string): RegExp =>
  new RegExp(
    `^${foldedName(name)
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')}$`,
    's',
  )

/** How names relate to a list: `in`: listed, or inside of something listed; `above`: they lead to something listed; null: neither. */
export type Match = 'in' | 'above' | null

const none = { match: null, nodes: [] } as const

/** A list of relative paths (`.cursor/mcp.json`, `*.code-workspace`) as a tree of names. */
export class NameTree {
  private readonly list: () => readonly string[]
  private built: Node | undefined

  /** The list is asked for when the first path is looked up: a bridge starts without it. */
  constructor(list: () => readonly string[]) {
    this.list = list
  }

  private root(): Node {
    if (this.built !== undefined) return this.built
    this.built = nodeOf('')
    for (const path of this.list()) path.split('/').reduce(added, this.built).listed = true
    return this.built
  }

  /** Returns how the names from `from` on relate to the list. */
  match(names: Names, from: number): Match {
    return this.follow(names, from).match
  }

  /** What the list has below the names from `from` on, relative to them and as the list spells it; empty unless they lead there. */
  below(names: Names, from: number): string[] {
    const { match, nodes } = this.follow(names, from)
    return match === 'above' ? nodes.flatMap(pathsBelow) : []
  }

  private follow(names: Names, from: number): { readonly match: Match; readonly nodes: readonly Node[] } {
    let nodes: readonly Node[] = [this.root()]
    for (let at = from; at < names.length; at++) {
      const name = names[at] ?? ''
      nodes = nodes.length === 1 && nodes[0]?.globs.length === 0 ? exactly(nodes[0], name) : nodes.flatMap((node) => named(node, name))
      if (nodes.length === 0) return none
      if (nodes.some(({ listed }) => listed)) return { match: 'in', nodes }
    }
    return from < names.length ? { match: 'above', nodes } : none
  }
}

function added(node: Node, name: string): Node {
  const known = name.includes('*') ? node.globs.find((each) => each.node.name === name)?.node : node.children?.get(foldedName(name))
  if (known !== undefined) return known
  const next = nodeOf(name)
  if (name.includes('*')) node.globs = [...node.globs, { test: globTest(name), node: next }]
  else {
    node.children ??= new Map()
    node.children.set(foldedName(name), next)
  }
  return next
}

const nothing: readonly Node[] = []
function exactly({ children }: Node, name: string): readonly Node[] {
  const child = children?.get(name)
  return child === undefined ? nothing : [child]
}

const named = (node: Node, name: string): Node[] => [
  ...exactly(node, name),
  ...node.globs.filter(({ test }) => test.test(name)).map((each) => each.node),
]

const pathsBelow = ({ children, globs }: Node): string[] =>
  [...(children?.values() ?? []), ...globs.map(({ node }) => node)].flatMap((next) =>
    next.listed ? [next.name] : pathsBelow(next).map((path) => `${next.name}/${path}`),
  )

/** Returns the paths of a list below a folder with these names. `*` in them stands for a part of a name. */
export function below(folder: string, names: Names, tree: NameTree): string[] {
  const separator = separatorOf(folder)
  return names.flatMap((_, at) => tree.below(names, at)).map((path) => `${folder}${separator}${path.replaceAll('/', separator)}`)
}
