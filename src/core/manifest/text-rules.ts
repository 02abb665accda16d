import type { Override, ServerSpec } from '../../model/manifest.ts'
import type { Breach } from './breach.ts'
import { keysOf } from './names.ts'

/** What a key may be called: it is also the end of a variable's name. */
const KEY_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
/** What a header may be called: a token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** No system takes these in the name of a variable. */
const NO_VARIABLE = /[=\s\0]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/

function partBreaches(name: string, part: ServerSpec | Override, path: readonly string[]): Breach[] {
  const found: Breach[] = []
  const say = (keys: readonly string[], message: string): void => void found.push({ path: [...path, ...keys], message })
  if (part.url !== undefined && /[\s\p{Cc}]/u.test(part.url)) say(['url'], `the url of "${name}" holds a blank or a control character`)
  for (const [key, value] of Object.entries(part.headers ?? {})) {
    if (!HEADER_NAME.test(key)) say(['headers', key], `"${key}" is no name of a header`)
    if (CONTROL.test(value)) say(['headers', key], `the header ${key} of "${name}" holds a line break or another control character`)
  }
  for (const [key, value] of Object.entries(part.env ?? {})) {
    if (key === '' || NO_VARIABLE.test(key)) say(['env', key], `"${key}" is no name of a variable`)
    if (value.includes('\0')) say(['env', key], `the variable ${key} of "${name}" holds a NUL character`)
  }
  for (const [key, text] of [...(part.args ?? []).map((each) => ['args', each] as const), ['command', part.command ?? ''] as const])
    if (text.includes('\0')) say([key], `${key} of "${name}" holds a NUL character, which no system takes`)
  return found
}

/** Texts of a server that no program could be started with, and names of keys that the store cannot have. */
export function textBreaches(name: string, server: ServerSpec): Breach[] {
  const path = ['servers', name]
  const wrong = keysOf(server).find((key) => !KEY_NAME.test(key))
  return [
    ...partBreaches(name, server, path),
    ...Object.entries(server.on ?? {}).flatMap(([side, part]) => partBreaches(name, part, [...path, 'on', side])),
    ...(wrong === undefined
      ? []
      : [
          { path, message: `\${secret:${wrong}} in server "${name}": a key is named by letters, digits and _, not beginning with a digit` },
        ]),
  ]
}
