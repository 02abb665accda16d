import { membersNamed } from '../formats/json/loose.ts'
import { isObject } from '../object.ts'

/** What a manifest closes, as far as it can be read in a text that is no manifest. */
export interface Restrictions {
  /** What stands in any `bridge.deny`, valid paths or not. */
  readonly deny: readonly string[]
  /** What all `bridge.families` name; null where there is none. */
  readonly families: readonly string[] | null
  /** Of `bridge.namespace`, where it is one text. */
  readonly namespace: string | null
}

/** Reads the parts of a broken manifest that only restrict. A key that stands there twice counts twice, a text where a list belongs as a list of one. */
export function restrictionsIn(bytes: Uint8Array): Restrictions {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe
  const text = new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(bytes)
  const bridges = membersNamed(text, 'bridge').filter(isObject)
  // Where braces are missing a member may stand outside of its object; where it says what is closed that does not matter.
  const deny = [...bridges.map((bridge) => bridge.deny), ...membersNamed(text, 'deny')].flatMap(texts)
  const families = bridges.flatMap((bridge) => (bridge.families === undefined ? [] : [texts(bridge.families)]))
  const names = new Set(bridges.flatMap((bridge) => (typeof bridge.namespace === 'string' ? [bridge.namespace] : [])))
  const [namespace = null] = names.size === 1 ? names : []
  const common = families.reduce((all, each) => all.filter((name) => each.includes(name)), families[0] ?? [])
  return { deny: [...new Set(deny)], families: families.length === 0 ? null : common, namespace }
}

const texts = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
