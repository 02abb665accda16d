import { hidden } from '../model/hidden.ts'

/** A text of several lines with the characters that a terminal would act upon, or not show, as escapes. */
export const spelled = (text: string): string =>
  text.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Makes foreign text safe to show: control characters, bidirectional overrides and zero-width characters become
 * visible escapes, so that a server's name cannot forge a line or move the cursor.
 */
export const visible = (text: string): string => spelled(text).replaceAll('\n', '\\n').replaceAll('\t', ' ')
