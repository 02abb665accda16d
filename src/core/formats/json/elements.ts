import { removeItem } from './remove.ts'
import { nodesOnPath } from './read.ts'
import { nameOf, walkValue } from './walk.ts'

/** Removes the element or member at a path of names and indexes, with its comma and line; every other byte stays. */
export function removeElementAt(text: string, path: readonly (string | number)[]): string {
  const { start, end } = nodesOnPath(text, [], 'strict')[0]
  return text.slice(0, start) + without(text.slice(start, end), path) + text.slice(end)
}

function without(text: string, [head, ...rest]: readonly (string | number)[]): string {
  if (head === undefined) return text
  const { items } = walkValue(text, 0, 'strict')
  const index = typeof head === 'number' ? head : items.findLastIndex((item) => nameOf(text, item) === head)
  const item = items[index]
  if (item === undefined) return text
  if (rest.length === 0) return removeItem(text, index)
  const { valueStart, valueEnd } = item
  return text.slice(0, valueStart) + without(text.slice(valueStart, valueEnd), rest) + text.slice(valueEnd)
}
