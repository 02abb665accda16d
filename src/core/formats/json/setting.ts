import { isDeepStrictEqual } from 'node:util'
import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { describeRefusal } from '../text/place.ts'
import { removeAt, setAt, type TreeEdit } from './tree-edit.ts'

/** A change of one setting of a file in strict JSON, or why there is none. */
export type SettingEdit =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refuse'; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array; readonly holdsKey: false; readonly check: () => string | null }

const parsed = (text: string): JsonObject | null => {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

const textOf = (bytes: Uint8Array | null): string => (bytes === null ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))

const valueAt = (root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? (at[name] as JsonValue) : undefined), root)

/** Gives one setting a value, undefined: takes it out. Every other byte stays. */
export function editSetting(bytes: Uint8Array | null, path: readonly string[], value: string | undefined): SettingEdit {
  const text = textOf(bytes)
  const before = parsed(text)
  if (before === null) return { kind: 'refuse', reason: 'it is no JSON object', hint: 'fix the file by hand' }
  if (valueAt(before, path) === value) return { kind: 'nothing' }
  const edit: TreeEdit = value === undefined ? removeAt(text, path, 'strict') : setAt(text, path, value, 'strict')
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  const check = (): string | null => {
    const after = parsed(edit.text)
    const others = (root: JsonObject): unknown => {
      const again = removeAt(JSON.stringify(root), path, 'strict')
      return again.ok ? JSON.parse(again.text) : null
    }
    return after !== null && valueAt(after, path) === value && isDeepStrictEqual(others(after), others(before))
      ? null
      : 'the result says something else besides the setting'
  }
  return { kind: 'replace', bytes: new TextEncoder().encode(edit.text), holdsKey: false, check }
}

/** Gives a setting back the value that it had before a run, in a file that was written since. */
export function revertSetting(
  current: Uint8Array,
  before: Uint8Array | null,
  { path, value }: { readonly path: readonly string[]; readonly value: string },
  force: boolean,
): SettingEdit {
  const [now, then] = [parsed(textOf(current)), parsed(textOf(before))]
  if (now === null || then === null) return { kind: 'refuse', reason: 'it is no JSON object', hint: 'fix the file by hand' }
  const former = valueAt(then, path)
  if (!force && valueAt(now, path) !== value)
    return {
      kind: 'refuse',
      reason: `${path.join('.')} was changed since that run`,
      hint: 'to restore it all the same: mcp-twin undo --force',
    }
  return editSetting(current, path, typeof former === 'string' ? former : undefined)
}
