import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { isExact, parseWords } from '../packages/words.ts'

/** One value of the manifest that changes. */
export interface ManifestChangeAt {
  readonly path: readonly string[]
  readonly value: string
}

/** Words of the manifest that let a version in which the present ones leave out; in the manner in which they are written. */
export function wordsFor(words: string, version: string): string {
  const parsed = parseWords(words)
  if ('refuse' in parsed || parsed.range === null) return words
  const { name, range } = parsed
  if (isExact(range)) return `${name}@${version}`
  const operator = /^([\^~])\s*v?\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.+-]*)?$/.exec(range)?.[1]
  if (operator !== undefined) return `${name}@${operator}${version}`
  // A tag goes where its authors take it; any other range becomes the usual one.
  return /^[A-Za-z]/.test(range) && !/^v\d/.test(range) && !/^[xX](?:\.|$)/.test(range) ? words : `${name}@^${version}`
}

/** The package's name alone, which stands for its latest version; null for words that name none. */
export function nameIn(words: string): string | null {
  const parsed = parseWords(words)
  return 'refuse' in parsed ? null : parsed.name
}

/** Every place of a server where these words stand, with what shall stand there. */
export function placesOf(server: string, spec: ServerSpec, words: string, next: string): ManifestChangeAt[] {
  const found: ManifestChangeAt[] = spec.package === words ? [{ path: ['servers', server, 'package'], value: next }] : []
  for (const [side, over] of Object.entries(spec.on ?? {}))
    if (over.package === words) found.push({ path: ['servers', server, 'on', side, 'package'], value: next })
  return found
}

/** The manifest as it would be with these changes. */
export function withPackages(manifest: Manifest, changes: readonly ManifestChangeAt[]): Manifest {
  const next = structuredClone(manifest)
  for (const { path, value } of changes) {
    const [, server = '', key, side = ''] = path
    const spec = next.servers[server]
    const target = key === 'on' ? spec?.on?.[side] : spec
    if (target !== undefined) target.package = value
  }
  return next
}
