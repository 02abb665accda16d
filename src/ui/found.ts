import type { Paint } from '../context.ts'
import type { Imported } from '../core/import/merge.ts'
import type { Environment } from '../model/environment.ts'
import { visible } from './escape.ts'
import { tilde } from './labels.ts'
import type { Labels } from './steps.ts'
import { align, columns, cutPath, pad } from './width.ts'

/** One client file as init found it. */
export interface FoundClient {
  readonly environment: string
  readonly label: string
  readonly file: string
  /** Entries in it; null: there is no such file yet, or it cannot be read. */
  readonly servers: number | null
  readonly running: boolean
  readonly trouble: string | null
  /** Said in place of the number of its servers. */
  readonly note?: string
}

const LEFT = 26

const kindWords = (environment: Environment): string => (environment.kind === 'wsl' ? ' (WSL)' : '')

function clientLine(client: FoundClient, home: string, paint: Paint, width: number): string {
  const state =
    client.trouble ??
    client.note ??
    (client.servers === null ? 'no file yet' : `${client.servers} ${client.servers === 1 ? 'server' : 'servers'}`)
  const end = `${state}${client.running ? ', running' : ''}`
  const room = Math.min(width, 110) - LEFT - columns(end)
  const whole = tilde(client.file, home)
  const path = width === Number.POSITIVE_INFINITY ? whole : cutPath(whole, Math.max(20, room - 6))
  return `    ${pad(client.label, LEFT - 2)}${pad(path, room - 4)}  ${client.trouble === null ? paint.dim(end) : paint.warn(end)}`
}

/** Both sides as they were found: clients with their files, node, and how the side is reached. */
export function describeMachine(
  sides: readonly Environment[],
  clients: readonly FoundClient[],
  home: string,
  label: (id: string) => string,
  paint: Paint,
  width: number,
): string[] {
  const lines = [paint.strong('This machine')]
  for (const side of sides) {
    const reach = side.self ? 'this side' : side.exec === undefined ? 'its programs cannot be started from here' : 'reached from here'
    lines.push(
      `  ${pad(paint.strong(`${label(side.id)}${kindWords(side)}`), LEFT)}${paint.dim(`${reach}${side.id === home ? ', home of manifest and keys' : ''}`)}`,
    )
    for (const client of clients.filter((each) => each.environment === side.id)) lines.push(clientLine(client, side.home, paint, width))
    const node =
      side.node === undefined ? paint.warn('not found') : paint.dim(cutPath(tilde(side.node, side.home), Math.max(20, width - LEFT - 4)))
    lines.push(`    ${pad(`node ${side.nodeVersion?.replace(/^v/, '') ?? ''}`.trim(), LEFT - 2)}${node}`)
    if (side.trouble !== undefined)
      lines.push(`    ${paint.warn('!')} ${side.trouble.reason}`, `      ${paint.dim('→')} ${side.trouble.hint}`)
  }
  return lines
}

/** Where the entries of one server were found: `Claude Code (Ubuntu), Claude Desktop (Windows)`; sides only where there are several. */
function placesOf(server: string, { adopted }: Imported, labels: Labels, hasTwin: boolean): string[] {
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
