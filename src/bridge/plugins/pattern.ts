/** More repetitions than this count as endless. */
const many = 20

interface Group {
  /** True: something in it repeats endlessly. */
  repeats: boolean
}

/** The quantifier at a place of a pattern, and its length; null: there is none. */
function quantifier(pattern: string, at: number): { readonly endless: boolean; readonly length: number } | null {
  const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(pattern.slice(at, at + 24))
  if (found === null) return null
  const [all, least, comma, most] = found
  const endless = all[0] === '*' || all[0] === '+' || Number(least) > many || (comma === ',' && (most === '' || Number(most) > many))
  return { endless, length: all.length }
}

/** Where a class of characters that begins at a place ends. */
function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === ']') return at
  }
  return pattern.length
}

/**
 * Whether a regular expression repeats what itself repeats, as `(a+)+` does: on a text that does not fit, node tries every way
 * to divide it, which doubles with each character. Says nothing of other slow patterns; those cost only the process of their plugin.
 */
export function repeatsRepeated(pattern: string): boolean {
  const groups: Group[] = [{ repeats: false }]
  for (let at = 0; at < pattern.length; at++) {
    let inner = false
    const character = pattern[at]
    if (character === '(') {
      groups.push({ repeats: false })
      continue
    }
    if (character === ')') inner = groups.length > 1 && groups.pop()?.repeats === true
    else if (character === '\\') at++
    else if (character === '[') at = endOfClass(pattern, at)
    const group = groups.at(-1)
    const next = quantifier(pattern, at + 1)
    if (next?.endless === true && inner) return true
    if (group !== undefined && (inner || next?.endless === true)) group.repeats = true
    if (next !== null) at += next.length
  }
  return false
}
