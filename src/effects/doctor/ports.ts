import { get } from 'node:http'
import type { ClientFile, PortFacts } from '../../core/doctor/facts.ts'

/** The default port of `serve --http`. */
const USUAL = 4324
const ANSWER_MS = 1500
const BYTES_MAX = 64 * 1024

type Listener = Pick<PortFacts, 'by' | 'version'>

/** Returns the version of a bridge from its public answer (`GET /identity`); null for any other answer. */
function versionIn(text: string): string | null {
  try {
    const said: unknown = JSON.parse(text)
    if (typeof said !== 'object' || said === null || !('name' in said) || said.name !== 'mcp-twin') return null
    return 'version' in said ? String(said.version) : ''
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Returns who listens on a port of this machine. A listener that does not answer counts as another program. */
function whoHas(port: number): Promise<Listener> {
  return new Promise((resolve) => {
    const another: Listener = { by: 'another', version: null }
    const request = get({ host: '127.0.0.1', port, path: '/identity', timeout: ANSWER_MS, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > BYTES_MAX) request.destroy()
      })
      response.on('end', () => {
        const version = response.statusCode === 200 ? versionIn(text) : null
        resolve(version === null ? another : { by: 'bridge', version })
      })
      response.on('error', () => resolve(another))
    })
    const limit = setTimeout(() => request.destroy(), ANSWER_MS)
    request.on('close', () => {
      clearTimeout(limit)
      resolve(another)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? { by: 'nobody', version: null } : another),
    )
  })
}

/** Returns the ports in entries of the bridge: `--http 4400`, `--http=4400`, or `--http` alone. */
function portsOf(files: readonly ClientFile[]): number[] {
  const entries = files.flatMap(({ entries: all }) => all.filter(({ isBridge, disabled }) => isBridge && !disabled))
  return entries.flatMap(({ entry }) => {
    const args = 'unreadable' in entry || entry.kind !== 'stdio' ? [] : entry.args
    return args.flatMap((word, at) => {
      if (word !== '--http' && !word.startsWith('--http=')) return []
      const port = Number(word === '--http' ? args[at + 1] : word.slice('--http='.length))
      return [Number.isInteger(port) && port > 0 && port < 65_536 ? port : USUAL]
    })
  })
}

/** Returns who listens on the ports that our listener would use. Connects to loopback only. */
export function observePorts(files: readonly ClientFile[], sessions: number): Promise<PortFacts[]> {
  const named = [...new Set(portsOf(files))]
  const ports = named.length === 0 ? [USUAL] : named
  return Promise.all(ports.map(async (port) => ({ port, wanted: named.length > 0 || sessions > 0, ...(await whoHas(port)) })))
}
