/**
 * Characters that a terminal does not show as themselves, or acts upon: control characters but line break and tab, bidirectional
 * overrides (Unicode's "Trojan Source", CVE-2021-42574), zero-width characters, tags and fillers, which can carry text that nobody
 * sees, and separators of lines. A variation selector counts unless it belongs to a pictograph before it, as in ❤️.
 */
export const hiddenCharacters =
  /(?![\n\t])(?!(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f])[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

/** One character as JSON writes it: one escape a UTF-16 unit. */
const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')

/** A text, which may have several lines, with its hidden characters as escapes such as `\u202e`: safe for any terminal. */
export const withoutHidden = (text: string): string => text.replace(hiddenCharacters, escaped)
