// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/**
 * Makes foreign text safe to show: control characters, bidirectional overrides and zero-width characters become
 * visible escapes, so that a server's name cannot forge a line or move the cursor.
 */
export const visible = (text: string): string =>
  text
    .replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\t', ' ')
