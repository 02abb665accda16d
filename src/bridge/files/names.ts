import { escaped } from '../base/text.ts'
import type { Admitted } from '../policy/policy.ts'
import { denied } from '../base/refusal.ts'

/** Controls, line separators, bidirectional signs and what has no width: they forge a line, or hide in one. Joiners are a part of real names. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** A path for people, with escapes for invisible characters. */
export const shown = (path: string): string => path.replace(hidden, escaped)

/** The same between quotes, as refusals name a path. */
export const quoted = (path: string): string => shown(JSON.stringify(path))

/** Refuses new names with invisible or invalid characters. Existing files keep theirs. */
export function checkNew({ missing }: Pick<Admitted, 'missing'>): void {
  const bad = missing.find((name) => shown(name) !== name || /\p{Surrogate}/u.test(name))
  if (bad !== undefined)
    throw denied(`${quoted(bad)} is not a valid new name, since it contains an invisible or invalid character; choose a name without it.`)
}
