import type { Imported } from '../core/import/merge.ts'
import type { Paint } from '../context.ts'
import { visible } from './escape.ts'
import type { Labels } from './steps.ts'
import { align, columns } from './width.ts'

/** Where the entries of one server were found: `Claude Code (Ubuntu), Claude Desktop (Windows)`; sides only where there are several. */
export function placesOf(server: string, { adopted }: Imported, labels: Labels, hasTwin: boolean): string[] {
  const own = adopted.filter((each) => each.server === server)
  return [
    ...new Set(
      own.map(({ client, environment }) =>
        hasTwin ? `${labels.client(client)} (${labels.environment(environment)})` : labels.client(client),
      ),
    ),
  ]
}

/** The servers that programs already have, where each was found, and what becomes of its key. */
export function describeFound(imported: Imported, labels: Labels, hasTwin: boolean, paint: Paint, width: number): string[] {
  const names = Object.keys(imported.servers)
  if (names.length === 0) return []
  const moved = new Set(imported.secrets.map(({ name }) => name))
  const rows = names.map((name) => {
    const written = JSON.stringify(imported.servers[name])
    const keys = [...moved].filter((key) => written.includes(`\${secret:${key}}`))
    const key = keys.length === 0 ? '' : `${keys.join(', ')} ${keys.length === 1 ? 'moves' : 'move'} to the key store`
    return { name: visible(name), places: placesOf(name, imported, labels, hasTwin), key }
  })
  const joined = rows.map(({ name, places, key }) => [name, places.join(', '), paint.dim(key)])
  const lines = align(joined, '  ')
  const isNarrow = lines.some((line) => columns(line) > width)
  const left = Math.max(...rows.map(({ name }) => columns(name)))
  // Too long for one line: each place and each key on its own, below the name.
  const tall = rows.flatMap(({ name, places, key }) =>
    [...places, ...(key === '' ? [] : [paint.dim(key)])].map(
      (text, at) => `  ${at === 0 ? name : ''}${' '.repeat(left - (at === 0 ? columns(name) : 0))}  ${text}`,
    ),
  )
  return [paint.strong('Servers you already use'), ...(isNarrow ? tall : lines)]
}
