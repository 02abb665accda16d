import { escaped } from '../base/text.ts'
import type { Admitted } from '../policy/policy.ts'
import { denied } from '../base/refusal.ts'

/** Controls, line separators, bidirectional signs and what has no width: they forge a line, or hide in one. Joiners are a part of real names. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** A path as words say it: what cannot be seen is written as an escape. */
export const shown = (path: string): string => path.replace(hidden, escaped)

/** The same between quotes, as refusals name a path. */
export const quoted = (path: string): string => shown(JSON.stringify(path))

/** Refuses names, of what is to be made, that hold what cannot be seen. What has such a name already keeps it. */
export function checkNew({ missing }: Pick<Admitted, 'missing'>): void {
  const bad = missing.find((name) => shown(name) !== name || /\p{Surrogate}/u.test(name))
  if (bad !== undefined)
    throw denied(
      `${quoted(bad)} is not taken as a new name, since it holds a character that cannot be seen or is none; take a name without it.`,
    )
}
