import { templateNames, templateRanges } from '../../core/keys/template.ts'
import type { Entry } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { sameKey } from '../store/secrets-file.ts'

interface KeyComparison {
  readonly key: string
  readonly same: boolean
}

type KeyOf = (name: string) => Secret<string> | null

/** Returns the single key of a template and the text around it; null: none, or several. */
function around(template: string): { readonly key: string; readonly before: string; readonly after: string } | null {
  const [range, more] = templateRanges(template)
  const [key] = templateNames([template], 'secret')
  if (range === undefined || more !== undefined || range.escaped || key === undefined) return null
  return { key, before: template.slice(0, range.start), after: template.slice(range.end) }
}

/** Compares the key in a text with the stored key that the template names. */
function compare(template: string, text: string | undefined, keyOf: KeyOf): KeyComparison[] {
  const found = around(template)
  const stored = found === null ? null : keyOf(found.key)
  if (found === null || stored === null || text === undefined) return []
  const { key, before, after } = found
  if (!text.startsWith(before) || !text.endsWith(after) || text.length < before.length + after.length) return []
  return [{ key, same: sameKey(stored, new Secret(text.slice(before.length, text.length - after.length))) }]
}

/** Returns the keys in an entry of a server, and whether they equal the stored ones. Returns no key values. */
export function compareKeys(spec: ServerSpec, entry: Entry, keyOf: KeyOf): KeyComparison[] {
  const each = (templates: Readonly<Record<string, string>> | undefined, values: Readonly<Record<string, string>>): KeyComparison[] =>
    Object.entries(templates ?? {}).flatMap(([name, template]) =>
      compare(template, Object.hasOwn(values, name) ? values[name] : undefined, keyOf),
    )
  if (entry.kind === 'remote')
    return [...each(spec.headers, entry.headers), ...(spec.url === undefined ? [] : compare(spec.url, entry.url, keyOf))]
  const args = spec.args ?? []
  // The server's own arguments come last.
  const words = args.length === 0 ? [] : entry.args.slice(-args.length)
  return [...each(spec.env, entry.env), ...args.flatMap((template, at) => compare(template, words[at], keyOf))]
}
