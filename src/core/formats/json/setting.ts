import type { FileRefusal } from '../../../model/document.ts'
import type { JsonObject } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { memberOf, sameValue } from '../../values.ts'
import { describeRefusal } from '../text/place.ts'
import { encodePieces } from '../text/utf8.ts'
import { readStrict } from './strict-object.ts'
import { removeAt, setAt } from './tree-edit.ts'

/** A change of one setting of a file in strict JSON, or why there is none. */
export type SettingEdit =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refuse'; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array; readonly holdsKey: false; readonly check: () => string | null }

const valueAt = (root: JsonObject, path: readonly string[]) => path.reduce<ReturnType<typeof memberOf>>(memberOf, root)

/** An object without the value at a path. */
function without(root: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject {
  const { [name]: value, ...others } = root
  return rest.length > 0 && isObject(value) ? { ...others, [name]: without(value, rest) } : others
}

const unreadable = (refusal: FileRefusal): SettingEdit => ({
  kind: 'refuse',
  reason: describeRefusal(refusal),
  hint: 'fix the file by hand',
})

/** Gives one setting a value, undefined: takes it out. Every other byte stays. */
export function editSetting(bytes: Uint8Array | null, path: readonly string[], value: string | undefined): SettingEdit {
  const parents = path.slice(0, -1)
  const before = readStrict(bytes, parents)
  if (!before.ok) return unreadable(before.refusal)
  if (valueAt(before.root, path) === value) return { kind: 'nothing' }
  const edit = value === undefined ? removeAt(before.text, path, 'strict') : setAt(before.text, path, value, 'strict')
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  const result = encodePieces([edit.text], before.bom)
  const check = (): string | null => {
    const after = readStrict(result, parents)
    return after.ok && valueAt(after.root, path) === value && sameValue(without(after.root, path), without(before.root, path))
      ? null
      : 'the result says something else besides the setting'
  }
  return { kind: 'replace', bytes: result, holdsKey: false, check }
}

/** Gives a setting back the value that it had before a run, in a file that was written since. */
export function revertSetting(
  current: Uint8Array,
  before: Uint8Array | null,
  { path, value }: { readonly path: readonly string[]; readonly value: string },
  force: boolean,
): SettingEdit {
  const parents = path.slice(0, -1)
  const [now, then] = [readStrict(current, parents), readStrict(before, parents)]
  if (!now.ok) return unreadable(now.refusal)
  if (!then.ok) return unreadable(then.refusal)
  const former = valueAt(then.root, path)
  if (!force && valueAt(now.root, path) !== value)
    return {
      kind: 'refuse',
      reason: `${path.join('.')} was changed since that run`,
      hint: 'to restore it all the same: mcp-twin undo --force',
    }
  return editSetting(current, path, typeof former === 'string' ? former : undefined)
}
