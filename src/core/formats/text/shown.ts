const NAME_MAX = 60

/**
 * A name or a piece of a file as it may be shown: quoted, shortened, and with everything invisible spelled out, since
 * a hostile name could otherwise move the cursor, hide itself or forge a line of output.
 */
export function shown(name: string): string {
  const short = name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name
  return JSON.stringify(short).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, spelledOut)
}

/** Control and other invisible characters as `\u{…}`; the rest as it is. */
export const visible = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, spelledOut)

const spelledOut = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
