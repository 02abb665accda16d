import type { Paint } from '../context.ts'
import { withoutHidden } from '../model/hidden.ts'

export { withoutHidden as spelled } from '../model/hidden.ts'

/**
 * Makes foreign text safe to show in one line: control characters, bidirectional overrides and invisible characters become visible
 * escapes, so that a server's name cannot forge a line or move the cursor.
 */
export const visible = (text: string): string => withoutHidden(text).replaceAll('\n', '\\n').replaceAll('\t', ' ')

/** The codes of our own colours (`paint.ts`), and no others of the many that a terminal obeys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const style = /(\u001b\[(?:1|2|22|3[1236]|39)m)/

/** A text that `paint` may have styled: everything else in it that acts on a terminal, or hides there, as escapes. */
export const shownStyled = (text: string): string =>
  text
    .split(style)
    .map((part, at) => (at % 2 === 1 ? part : withoutHidden(part)))
    .join('')

/** The same for what this `paint` styles: where there is no colour, no code of one passes either. */
export const shownBy = (paint: Paint): ((text: string) => string) => (paint.strong('a') === 'a' ? withoutHidden : shownStyled)
