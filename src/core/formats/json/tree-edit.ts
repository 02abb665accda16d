import type { FileRefusal } from '../../../model/document.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { firstBreak } from '../text/lines.ts'
import { type Frame, indentOf, lineIndent, written } from './layout.ts'
import { withMember, withoutMember, withPresent } from './members.ts'
import { Problem } from '../text/problem.ts'
import { refusing } from '../text/place.ts'
import { nodesOnPath } from './read.ts'
import { reconcile } from './reconcile.ts'
import { shown } from '../text/shown.ts'
import { startsObject, nameOf } from './walk.ts'
import type { Dialect } from './document.ts'

export type TreeEdit = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly refusal: FileRefusal }

/**
 * Makes the value at a path say `value`, creating the objects on the way. What says it already stays as it is
 * spelled; comments, order and layout stay. A text of white space becomes a new document.
 */
export function setAt(text: string, path: readonly string[], value: JsonValue, dialect: Dialect = 'jsonc'): TreeEdit {
  return edited(text, path.slice(0, -1), dialect, (root, frame) => setIn(root, path, value, frame))
}

/** Takes the member at a path out, with its comma and line; without such a member the text stays as it is. */
export function removeAt(text: string, path: readonly string[], dialect: Dialect = 'jsonc'): TreeEdit {
  const name = path.at(-1)
  return edited(text, path.slice(0, -1), dialect, (root, frame) =>
    name === undefined ? root : inExisting(root, path.slice(0, -1), frame, (object) => withoutMember(object, name)),
  )
}

/**
 * Renames the last key of a path in its place. Without such a member the text stays as it is; a new name that is
 * taken is refused (`duplicate-key`).
 */
export function renameKey(text: string, path: readonly string[], newName: string, dialect: Dialect = 'jsonc'): TreeEdit {
  const name = path.at(-1)
  return refusing(text, () => {
    const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    if (name === undefined || name === newName || blank(bare)) return { ok: true, text }
    const nodes = nodesOnPath(bare, path.slice(0, -1), dialect)
    const node = nodes.length === path.length ? nodes[path.length - 1] : undefined
    const taken = node?.items.find((item) => nameOf(bare, item) === newName)
    const named = node?.items.filter((item) => nameOf(bare, item) === name) ?? []
    const [item, second] = named
    if (!item) return { ok: true, text }
    if (second) throw new Problem('duplicate-key', second.start, `${shown(name)} appears twice`)
    if (taken) throw new Problem('duplicate-key', taken.start, `there is already one named ${shown(newName)}`)
    const result = bare.slice(0, item.start) + JSON.stringify(newName) + bare.slice(item.keyEnd)
    return { ok: true, text: text.slice(0, text.length - bare.length) + result }
  })
}

const blank = (text: string): boolean => /^[ \t\r\n]*$/.test(text)

/** Checks the whole text and the objects on the path, then hands over the root object. */
function edited(text: string, path: readonly string[], dialect: Dialect, change: (root: string, frame: Frame) => string): TreeEdit {
  const bom = text.charCodeAt(0) === 0xfeff
  const bare = bom ? text.slice(1) : text
  const head = bom ? text.slice(0, 1) : ''
  return refusing(bare, () => {
    const eol = firstBreak(bare) ?? '\n'
    const frame = { indent: '  ', eol, base: '', flat: false, spaced: true, padded: false }
    if (blank(bare)) {
      const made = change('{}', frame)
      return { ok: true, text: made === '{}' ? text : head + made + eol }
    }
    const nodes = nodesOnPath(bare, path, dialect)
    const { start, end } = nodes[0]
    const result = change(bare.slice(start, end), { ...frame, indent: indentOf(bare, nodes), base: lineIndent(bare, start) })
    return { ok: true, text: head + bare.slice(0, start) + result + bare.slice(end) }
  })
}

function setIn(text: string, path: readonly string[], value: JsonValue, frame: Frame): string {
  const [name, ...rest] = path
  if (name === undefined) return reconcile(text, value, frame)
  return withMember(text, name, frame, (part, inner) =>
    part === null && rest.length === 0 ? written(value, inner) : setIn(part ?? '{}', rest, value, inner),
  )
}

/** Changes the object at a path; where a part of the path is missing, nothing. */
function inExisting(text: string, path: readonly string[], frame: Frame, change: (object: string) => string): string {
  const [name, ...rest] = path
  if (name === undefined) return startsObject(text, 0) ? change(text) : text
  return withPresent(text, name, frame, (part, inner) => inExisting(part ?? '', rest, inner, change)) ?? text
}
