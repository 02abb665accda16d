import type { Override, ServerSpec } from '../../model/manifest.ts'
import { templateRanges } from '../keys/template.ts'

/** One value of the manifest, below `servers`; without `value` it goes. */
export interface KeyEdit {
  readonly path: readonly string[]
  readonly value?: string | readonly string[]
}

const LISTS = ['env', 'headers'] as const
const TEXTS = ['command', 'url'] as const

/** The text that asks for the key `into` wherever it asked for `from`; escaped templates are text, and stay. */
export function withKey(text: string, from: string, into: string): string {
  const ranges = templateRanges(text).filter(({ escaped }) => !escaped)
  return ranges.reduceRight((whole, { start, end }) => {
    const renamed = whole.slice(start, end).replace(`{secret:${from}}`, `{secret:${into}}`)
    return whole.slice(0, start) + renamed + whole.slice(end)
  }, text)
}

/**
 * The edits by which servers ask for the key `into` wherever they asked for `from`. What `on` holds of a side only because
 * of its key, and what is now as everywhere, goes.
 */
export function keyMerge(servers: Readonly<Record<string, ServerSpec>>, from: string, into: string): KeyEdit[] {
  return Object.entries(servers).flatMap(([name, server]) => {
    const base = partMerge(server, from, into)
    const on = Object.entries(server.on ?? {}).flatMap(([word, over]) => {
      const path = ['on', word]
      const edits = partMerge(over, from, into)
      const touched = [...base, ...edits].map((edit) => JSON.stringify(edit.path))
      const isOnlyWord = Object.keys(server.on ?? {}).filter((other) => kindOf(other) === kindOf(word)).length === 1
      const spare = isOnlyWord
        ? spareOf(applied(server, base), applied(over, edits)).filter((each) => touched.includes(JSON.stringify(each)))
        : []
      const isSpare = (edit: KeyEdit): boolean => spare.some((each) => JSON.stringify(each) === JSON.stringify(edit.path))
      return [...edits.filter((edit) => !isSpare(edit)), ...removals(over, spare)].map((edit) => ({
        ...edit,
        path: [...path, ...edit.path],
      }))
    })
    return wholeOn(server, [...base, ...on]).map((edit) => ({ ...edit, path: [name, ...edit.path] }))
  })
}

const kindOf = (word: string): string => word.split(':')[0] ?? word

/** The edits of a server itself, or of what one side has of its own. */
function partMerge(part: ServerSpec | Override, from: string, into: string): KeyEdit[] {
  const edits: KeyEdit[] = []
  const put = (path: readonly string[], text: string): void => {
    const value = withKey(text, from, into)
    if (value !== text) edits.push({ path, value })
  }
  for (const key of TEXTS) put([key], part[key] ?? '')
  for (const key of LISTS) for (const [name, text] of Object.entries(part[key] ?? {})) put([key, name], text)
  for (const [name, value] of Object.entries('settings' in part ? (part.settings ?? {}) : {}))
    if (typeof value === 'string') put(['settings', name], value)
  const args = (part.args ?? []).map((word) => withKey(word, from, into))
  if (args.some((word, at) => word !== part.args?.[at])) edits.push({ path: ['args'], value: args })
  return edits
}

/** A part with its edits made. */
function applied<P extends ServerSpec | Override>(part: P, edits: readonly KeyEdit[]): P {
  const copy = structuredClone(part)
  for (const { path, value } of edits) {
    const [key = '', name] = path
    if (name === undefined) Object.assign(copy, { [key]: value })
    else if (key === 'env' || key === 'headers') copy[key] = { ...copy[key], [name]: String(value) }
  }
  return copy
}

/** The paths at which a side says what the server says anyway. */
function spareOf(server: ServerSpec, over: Override): string[][] {
  const texts = [...TEXTS, 'args' as const].filter(
    (key) => over[key] !== undefined && JSON.stringify(over[key]) === JSON.stringify(server[key]),
  )
  const named = LISTS.flatMap((key) =>
    Object.entries(over[key] ?? {}).flatMap(([name, text]) => (server[key]?.[name] === text ? [[key, name]] : [])),
  )
  return [...texts.map((key) => [key]), ...named]
}

/** Removes these values, and a list that is empty then. */
function removals(over: Override, spare: readonly (readonly string[])[]): KeyEdit[] {
  const isWhole = (key: 'env' | 'headers'): boolean => {
    const names = Object.keys(over[key] ?? {})
    return names.length > 0 && names.every((name) => spare.some(([list, each]) => list === key && each === name))
  }
  const whole = LISTS.filter(isWhole)
  return [
    ...whole.map((key) => ({ path: [key] })),
    ...spare.filter(([key]) => !whole.some((list) => list === key)).map((path) => ({ path })),
  ]
}

/** A side that says nothing any more goes, and `on` with the last of them. */
function wholeOn(server: ServerSpec, edits: readonly KeyEdit[]): KeyEdit[] {
  const gone = Object.entries(server.on ?? {}).flatMap(([word, over]) => {
    const removed = edits.filter(({ path, value }) => path[0] === 'on' && path[1] === word && path.length === 3 && value === undefined)
    return Object.keys(over).length > 0 && removed.length === Object.keys(over).length ? [word] : []
  })
  if (gone.length === 0) return [...edits]
  const left = edits.filter(({ path }) => path[0] !== 'on' || !gone.some((word) => word === path[1]))
  return gone.length === Object.keys(server.on ?? {}).length
    ? [...left, { path: ['on'] }]
    : [...left, ...gone.map((word) => ({ path: ['on', word] }))]
}
