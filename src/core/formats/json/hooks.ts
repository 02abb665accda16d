import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { type RefusedJson, type StrictObject, readStrict } from './strict-object.ts'
import { setAt } from './tree-edit.ts'
import { encodePieces } from '../text/utf8.ts'
import { isObject } from '../../object.ts'
import { sameValue } from '../../values.ts'
import { removeItem } from './remove.ts'
import { nodesOnPath } from './read.ts'
import { nameOf, walkValue } from './walk.ts'

/** Removes the element or member at a path of names and indexes, with its comma and line; every other byte stays. */
function removeElementAt(text: string, path: readonly (string | number)[]): string {
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

/** The event at which a conversation begins. */
const EVENT = 'SessionStart'

/** Parts of a settings file that were made for our hook. */
export const madeParts = ['folder', 'file', 'hooks', 'event'] as const
export type Made = (typeof madeParts)[number]

/** One hook, with the index of its group and its own in that group. */
export interface PlacedHook {
  readonly hook: JsonObject
  readonly group: number
  readonly at: number
}

interface HookSettings extends StrictObject {
  /** All hooks that run when a conversation begins. */
  readonly hooks: readonly PlacedHook[]
  /** The person has switched off all hooks. */
  readonly isOff: boolean
}

export type HookEdit = { readonly ok: true; readonly bytes: Uint8Array; readonly made: readonly Made[] } | RefusedJson

/** Reads Claude Code's settings. */
export function readHookSettings(bytes: Uint8Array | null): HookSettings | RefusedJson {
  const read = readStrict(bytes, ['hooks'])
  if (!read.ok) return read
  const groups = groupsOf(read.root)
  if (groups === null) return refused(`hooks › ${EVENT} is not a list ([ … ])`)
  return { ...read, hooks: groups.flatMap(hooksIn), isOff: read.root.disableAllHooks === true }
}

/** Adds a hook in a group of its own, behind all others. */
export function withHook(bytes: Uint8Array | null, hook: JsonObject): HookEdit {
  const read = readHookSettings(bytes)
  if (!read.ok) return read
  const groups = groupsOf(read.root) ?? []
  const edit = setAt(read.text, ['hooks', EVENT], [...groups, { hooks: [hook] }], 'strict')
  if (!edit.ok) return edit
  const made: Made[] = [
    ...(bytes === null ? (['file'] as const) : []),
    ...(Object.hasOwn(read.root, 'hooks') ? [] : (['hooks'] as const)),
    ...(isObject(read.root.hooks) && Object.hasOwn(read.root.hooks, EVENT) ? [] : (['event'] as const)),
  ]
  return { ok: true, bytes: encodePieces([edit.text], read.bom), made }
}

/** Replaces one hook in its place. */
export function withOtherHook(bytes: Uint8Array, { group, at }: PlacedHook, hook: JsonObject): HookEdit {
  const read = readHookSettings(bytes)
  if (!read.ok) return read
  const groups = (groupsOf(read.root) ?? []).map((each, index) =>
    index === group && isObject(each) && Array.isArray(each.hooks) ? { ...each, hooks: each.hooks.with(at, hook) } : each,
  )
  const edit = setAt(read.text, ['hooks', EVENT], groups, 'strict')
  return edit.ok ? { ok: true, bytes: encodePieces([edit.text], read.bom), made: [] } : edit
}

/** Removes one hook, its group if that becomes empty, and those parts of `made` that become empty. */
export function withoutHook(bytes: Uint8Array, { group, at }: PlacedHook, made: readonly Made[]): HookEdit {
  const read = readHookSettings(bytes)
  if (!read.ok) return read
  const alone = read.hooks.filter((each) => each.group === group).length === 1
  const isLastGroup = (groupsOf(read.root) ?? []).length === 1
  const dropsEvent = alone && isLastGroup && made.includes('event')
  const dropsHooks = dropsEvent && made.includes('hooks') && isObject(read.root.hooks) && Object.keys(read.root.hooks).length === 1
  const path = dropsHooks
    ? ['hooks']
    : dropsEvent
      ? ['hooks', EVENT]
      : alone
        ? ['hooks', EVENT, group]
        : ['hooks', EVENT, group, 'hooks', at]
  return { ok: true, bytes: encodePieces([removeElementAt(read.text, path)], read.bom), made: [] }
}

/** True for a settings file without any setting. */
export function saysNothing(bytes: Uint8Array): boolean {
  const read = readHookSettings(bytes)
  return read.ok && Object.keys(read.root).length === 0
}

/** True if two files have the same settings, apart from hooks for which `isOurs` is true and the groups and lists that held only those. */
export function sameButOurs(before: Uint8Array | null, after: Uint8Array | null, isOurs: (hook: JsonObject) => boolean): boolean {
  const [a, b] = [before, after].map((bytes) => {
    const read = readHookSettings(bytes)
    return read.ok ? others(read.root, isOurs) : undefined
  })
  return a !== undefined && b !== undefined && sameValue(a, b)
}

function others(root: JsonObject, isOurs: (hook: JsonObject) => boolean): JsonObject {
  const { hooks, ...rest } = root
  if (hooks === undefined) return rest
  if (!isObject(hooks)) return root
  const { [EVENT]: groups, ...events } = hooks
  const kept = (Array.isArray(groups) ? groups : []).flatMap((group): JsonValue[] => {
    if (!isObject(group) || !Array.isArray(group.hooks)) return [group]
    const left = group.hooks.filter((hook) => !isObject(hook) || !isOurs(hook))
    return left.length === 0 && group.hooks.length > 0 ? [] : [{ ...group, hooks: left }]
  })
  const left = { ...events, ...(kept.length > 0 ? { [EVENT]: kept } : {}) }
  return Object.keys(left).length > 0 ? { ...rest, hooks: left } : rest
}

function groupsOf({ hooks }: JsonObject): readonly JsonValue[] | null {
  const groups = isObject(hooks) ? hooks[EVENT] : undefined
  return groups === undefined ? [] : Array.isArray(groups) ? groups : null
}

const hooksIn = (value: JsonValue, group: number): PlacedHook[] =>
  isObject(value) && Array.isArray(value.hooks) ? value.hooks.flatMap((hook, at) => (isObject(hook) ? [{ hook, group, at }] : [])) : []

const refused = (reason: string): RefusedJson => ({ ok: false, refusal: { code: 'container-not-object', reason } })
