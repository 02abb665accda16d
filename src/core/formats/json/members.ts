import { insertItem } from './insert.ts'
import { type Frame, frameInside, ownIndent } from './layout.ts'
import { removeItem } from './remove.ts'
import { type JsonItem, type Node, nameOf, walkValue } from './walk.ts'

/** Makes the text of a value from the one that is there; from null where there is none yet. */
type Change = (text: string | null, frame: Frame) => string

/** Index of the last member of a name, which is the one that JSON.parse keeps; -1 where there is none. */
const lastNamed = (text: string, items: readonly JsonItem[], name: string): number =>
  items.findLastIndex((item) => nameOf(text, item) === name)

/** Changes the value of a member of the object that `text` is, or adds the member at the end. */
export function withMember(text: string, name: string, frame: Frame, change: Change): string {
  return withPresent(text, name, frame, change) ?? insertItem(text, name, (inner) => change(null, inner), frame)
}

/** Changes the value of a member that is there; null where it is not. */
export function withPresent(text: string, name: string, frame: Frame, change: Change): string | null {
  const node = walkValue(text, 0, 'jsonc')
  const item = node.items[lastNamed(text, node.items, name)]
  return item ? withItem(text, node, item, frame, change) : null
}

/** Changes the value of one member or element, which keeps its place. */
export function withItem(text: string, node: Node, item: JsonItem, frame: Frame, change: Change): string {
  const inner = frameInside(text, node, frame)
  const base = ownIndent(text, item.start) ?? inner.base
  const value = change(text.slice(item.valueStart, item.valueEnd), { ...inner, base })
  return text.slice(0, item.valueStart) + value + text.slice(item.valueEnd)
}

/** Removes every member of a name: an earlier one that is left would come into force. */
export function withoutMember(text: string, name: string): string {
  let result = text
  for (;;) {
    const index = lastNamed(result, walkValue(result, 0, 'jsonc').items, name)
    if (index < 0) return result
    result = removeItem(result, index)
  }
}
