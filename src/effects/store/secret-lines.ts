import { usageError } from '../../errors.ts'
import { Secret } from '../../model/secret.ts'
import { isKeyName } from './secret-name.ts'

export interface NamedKey {
  readonly name: string
  readonly value: Secret<string>
}

/**
 * The keys of `--secrets`: one `NAME=value` a line; empty lines and those that begin with `#` are skipped, and an
 * `export` before the name is skipped. The value is the rest of the line without the blanks around it: `#`,
 * `$`, `%` and quotes inside it are part of it. Only a value wholly in quotes is read as dotenv files
 * write it: double quotes with the escapes of JSON (`\n`, `\"`, `\\`), single quotes without any.
 * Any other line is refused by its number alone, since it may be a key.
 */
export function parseKeyLines(text: string, shown: string): NamedKey[] {
  const found: NamedKey[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', rest = ''] = /^(?:export\s+)?([^=\s]+)\s*=(.*)$/.exec(line) ?? []
    const place = { file: shown, line: index + 1 }
    const hint = 'each line is NAME=value; NAME of letters, digits and _'
    if (!isKeyName(name)) throw usageError(`Line ${index + 1} of the keys is no NAME=value.`, { place, hint })
    const value = unquote(rest.trim())
    if (value === '') throw usageError(`Line ${index + 1} of the keys gives ${name} no value.`, { place, hint })
    found.push({ name, value: new Secret(value) })
  }
  return found
}

function unquote(text: string): string {
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1)
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return text
  try {
    return String(JSON.parse(text))
  } catch {
    // Backslashes that JSON does not know, as in a Windows path: the quotes go, the rest stays.
    return text.slice(1, -1)
  }
}
