import type { Override, ServerSpec } from '../../model/manifest.ts'
import { templateNames } from '../keys/template.ts'

/** Two keys of the store where one may be meant. */
export interface ApartKeys {
  /** The first asks for `key`, the second for `other`; the same server where only one side has a key of its own. */
  readonly servers: readonly [string, string]
  readonly key: string
  readonly other: string
  /** The side of the first server, in the manifest's word, that asks for `other`; null: it is another server. */
  readonly side: string | null
}

/** One place where a server asks for one key: under the same `label` another side asks for the same thing. */
interface Use {
  readonly server: string
  readonly side: string | null
  readonly label: string
  readonly key: string
}

function usesOf(server: string, part: ServerSpec | Override, side: string | null): Use[] {
  const texts: [string, string][] = [
    ...Object.entries(part.env ?? {}).map(([name, text]): [string, string] => [`variable ${name}`, text]),
    ...Object.entries(part.headers ?? {}).map(([name, text]): [string, string] => [`header ${name.toLowerCase()}`, text]),
    ...(part.args ?? []).map((text, at): [string, string] => [`argument ${at} of ${server}`, text]),
    [`address of ${server}`, part.url ?? ''],
  ]
  return texts.flatMap(([label, text]) => {
    const [key, ...more] = templateNames([text], 'secret')
    return key === undefined || more.length > 0 ? [] : [{ server, side, label, key }]
  })
}

/** `TAVILY_API_KEY_2` is what an import called the second value of `TAVILY_API_KEY`. */
const isSecondOf = (other: string, key: string): boolean => other.startsWith(`${key}_`) && /^\d+$/.test(other.slice(key.length + 1))

/**
 * Servers that get one key on one side and another one elsewhere, and servers that ask under the same name for a key and
 * for the second value which came under that key's name. Each pair of keys is listed once.
 */
export function apartKeys(servers: Readonly<Record<string, ServerSpec>>): ApartKeys[] {
  const found = new Map<string, ApartKeys>()
  const tell = (each: ApartKeys): void => {
    const pair = JSON.stringify([each.key, each.other].sort())
    if (!found.has(pair)) found.set(pair, each)
  }
  const bases: Use[] = []
  for (const [server, spec] of Object.entries(servers)) {
    if (spec.disabled === true) continue
    const base = usesOf(server, spec, null)
    bases.push(...base)
    for (const [word, over] of Object.entries(spec.on ?? {}))
      for (const { label, key: other } of usesOf(server, over, word)) {
        const same = base.find((use) => use.label === label)
        if (same !== undefined && same.key !== other) tell({ servers: [server, server], key: same.key, other, side: word })
      }
  }
  for (const use of bases)
    for (const second of bases)
      if (second.label === use.label && isSecondOf(second.key, use.key))
        tell({ servers: [use.server, second.server], key: use.key, other: second.key, side: null })
  return [...found.values()]
}
