import { hiddenCharacters } from '../../model/hidden.ts'

/** The bridge's own name in every client; no server of a manifest may have it. */
export const BRIDGE = 'mcp-twin'

/** Why a server must not be given this name, or null. Names that a client does not take are no reason: they are mapped there. */
export function badName(name: string): string | null {
  if (name === BRIDGE) return `"${BRIDGE}" is the name of the bridge`
  if (name.trim() === '' || name.length > 128) return 'the name is empty or longer than 128 characters'
  if (name !== name.trim()) return 'the name begins or ends with a space'
  // `obj[name] = …` in a program that reads the config would change that program itself.
  if (name === '__proto__') return 'the name means something else in JavaScript'
  return name.search(hiddenCharacters) >= 0 || /[\n\t]/.test(name) ? 'the name contains invisible characters' : null
}
