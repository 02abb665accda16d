import type { JsonValue } from '../../../model/entry.ts'
import type { FileState } from '../../../model/state.ts'
import { digest, meaning } from '../../../core/launch/meaning.ts'
import { readClientFile } from '../../../core/plan/file.ts'
import { desktopFormat } from './places.ts'

/** What starts our launcher or a package that we installed is ours, whatever became of our records. */
const isLaunchedByUs = (text: string): boolean => /\.mcp-twin[\\/]+(?:bin|npm)[\\/]/.test(text)

/**
 * What the servers of a config say, those that we wrote left out, as one text for comparing; it may hold keys. A file that is
 * not there has no servers, and one that cannot be read is like no other. `records`: what we wrote into this client's files.
 */
export function foreignServers(file: string, bytes: Uint8Array | null, records: readonly FileState[]): string {
  const read = readClientFile(desktopFormat, bytes)
  if (!read.ok) return `unreadable ${file}`
  const ours = new Set(records.flatMap(({ entries }) => Object.values(entries).map((each) => each.digest)))
  const said = read.document.entries().flatMap(({ name, value }): string[] => {
    const entry = meaning(value, desktopFormat)
    const known = 'unreadable' in entry ? null : digest(entry)
    const text = spelled(value)
    return (known !== null && ours.has(known)) || isLaunchedByUs(text) ? [] : [JSON.stringify([name, known ?? text])]
  })
  return said.sort().join('\n')
}

/** An entry may be nested deeper than can be written again. */
function spelled(value: JsonValue): string {
  try {
    return JSON.stringify(value).replaceAll('\\\\', '\\')
  } catch (error) {
    if (error instanceof RangeError) return 'nested too deep'
    throw error
  }
}
