import { reveal, type Secret } from '../../model/secret.ts'
import { nameWords } from './judge.ts'

/** Labels that say what a key is for nobody in particular: the server's name goes in front. */
const general =
  /^(?:url_key|key|token|auth|pat|secret|password|pass|pwd|api_?key|api_?token|apikey|access_?token|auth_?token|bearer|dsn|config|code|sig|signature|session|cookie|authorization)$/

const upper = (words: string): string => {
  const name = words.toUpperCase()
  return /^[A-Z_]/.test(name) ? name : `KEY_${name}`
}

/** A name for a key that had none of its own, from what it was called and the server it belongs to. */
export function secretName(label: string, named: boolean, server: string): string {
  if (named) return upper(label.replace(/[^A-Za-z0-9_]+/g, '_'))
  const words = nameWords(label)
  const owner = nameWords(server.replace(/^@?[^/]*\//, ''))
  if (words === '' || !general.test(words)) return upper(words === '' ? `${owner}_key` : words)
  return upper(owner === '' ? words : owner.endsWith(`_${words}`) ? owner : `${owner}_${words}`)
}

/** Hands out names: one name never stands for two values, and one value keeps the name it had. */
export interface SecretNames {
  take(wanted: string, value: string): string
  /** Names that were handed out for values which the store did not have, in their order. */
  readonly taken: ReadonlyMap<string, string>
  /** Names that had to be changed, since another key had them: the one wanted, and the one given. */
  readonly moved: readonly { readonly wanted: string; readonly given: string }[]
}

/**
 * `stored` is the key of that name in the store, or null. `settled` are names that stand for one value from now on, whatever
 * values come with them.
 */
export function secretNames(
  stored: (name: string) => Secret<string> | null = () => null,
  settled: ReadonlyMap<string, Secret<string>> = new Map(),
): SecretNames {
  const taken = new Map<string, string>()
  const moved: { wanted: string; given: string }[] = []
  const holds = (name: string): string | null => {
    const key = taken.get(name)
    if (key !== undefined) return key
    const old = stored(name)
    return old === null ? null : reveal(old)
  }
  return {
    taken,
    moved,
    take(wanted, value) {
      const right = settled.get(wanted)
      if (right !== undefined) {
        if (holds(wanted) !== reveal(right)) taken.set(wanted, reveal(right))
        return wanted
      }
      for (let count = 1; ; count++) {
        const name = count === 1 ? wanted : `${wanted}_${count}`
        const held = holds(name)
        if (held !== null && held !== value) continue
        if (held === null) {
          taken.set(name, value)
          if (count > 1) moved.push({ wanted, given: name })
        }
        return name
      }
    },
  }
}
