import type { Paint } from '../context.ts'
import type { Environment } from '../model/environment.ts'
import { tilde } from './labels.ts'
import { columns, cutPath, pad } from './width.ts'

/** One client file as init found it. */
export interface FoundClient {
  readonly environment: string
  readonly label: string
  readonly file: string
  /** Entries in it; null: there is no such file yet, or it cannot be read. */
  readonly servers: number | null
  readonly running: boolean
  readonly trouble: string | null
}

const LEFT = 26

const kindWords = (environment: Environment): string => (environment.kind === 'wsl' ? ' (WSL)' : '')

function clientLine(client: FoundClient, home: string, paint: Paint, width: number): string {
  const state =
    client.trouble ?? (client.servers === null ? 'no file yet' : `${client.servers} ${client.servers === 1 ? 'server' : 'servers'}`)
  const end = `${state}${client.running ? ', running' : ''}`
  const path = cutPath(tilde(client.file, home), Math.max(20, width - LEFT - columns(end) - 6))
  return `    ${pad(client.label, LEFT - 2)}${pad(path, width - LEFT - columns(end) - 4)}  ${client.trouble === null ? paint.dim(end) : paint.warn(end)}`
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
    for (const client of clients.filter((each) => each.environment === side.id))
      lines.push(clientLine(client, side.home, paint, Math.min(width, 110)))
    const node =
      side.node === undefined ? paint.warn('not found') : paint.dim(cutPath(tilde(side.node, side.home), Math.max(20, width - LEFT - 4)))
    lines.push(`    ${pad(`node ${side.nodeVersion?.replace(/^v/, '') ?? ''}`.trim(), LEFT - 2)}${node}`)
    if (side.trouble !== undefined)
      lines.push(`    ${paint.warn('!')} ${side.trouble.reason}`, `      ${paint.dim('→')} ${side.trouble.hint}`)
  }
  return lines
}
