/**
 * Characters that a terminal does not show as themselves: control characters, bidirectional overrides, zero-width ones
 * (Unicode's "Trojan Source", CVE-2021-42574). Line break and tab are not among them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
