import { mkdir } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import type { McpServerFactory } from '@modelcontextprotocol/server'
import type { System } from '../../model/system.ts'
import { openBridge } from '../open.ts'
import { buildServer } from '../server.ts'
import type { Settings } from '../settings.ts'
import { tools } from '../tools/index.ts'
import { carryStdio } from '../transports/stdio.ts'
import type { Carrier } from '../transports/transport.ts'

export interface Serving {
  readonly settings: Settings
  readonly system: System
  readonly listen: { readonly port: number; readonly address: string } | null
  readonly stdin: Readable
  readonly stdout: Writable
  /** Id of the process that started us, as it is now: another one means that it has died. */
  parent(): number
  readonly signal: AbortSignal
  /** Words for a person on stderr. */
  say(text: string): void
}

const parentEveryMs = 2000

/** Settles when the process that started us is gone: a client that was killed may leave its end of the pipe to a child. */
function orphaned({ parent, system }: Serving): { readonly gone: Promise<void>; stop(): void } {
  const first = parent()
  let timer: NodeJS.Timeout | undefined
  const gone = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (parent() !== first || (first > 1 && !system.isAlive(first))) resolve()
    }, parentEveryMs)
    timer.unref()
  })
  return { gone, stop: () => clearInterval(timer) }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/**
 * Serves clients until they are gone: stdin at its end, the parent dead, or a signal. With a listener and a stdin that
 * ended before any message came, it stays as a service until it is signalled. Everything started ends with it.
 */
export async function serveBridge(serving: Serving): Promise<void> {
  const { settings, signal } = serving
  const bridge = openBridge(settings)
  const factory: McpServerFactory = ({ authInfo }) => buildServer(bridge, tools, authInfo === undefined ? settings.client : `session ${authInfo.clientId}`)
  const stdio = carryStdio(factory, serving.stdin, serving.stdout, (error) => bridge.log.write('mcp-server', 'warning', error.message))
  const carriers: Carrier[] = [stdio]
  if (serving.listen !== null) {
    const { carryHttp } = await import('./listening.ts')
    const http = await carryHttp(serving.system, serving.listen, bridge, factory)
    serving.say(`Listening on http://${serving.listen.address}:${http.port}/mcp; a program needs a token: mcp-twin session new`)
    carriers.push(http)
  }
  const watch = orphaned(serving)
  // Nobody waits for this; a folder that cannot be made is said when something needs it.
  void mkdir(`${settings.folder}/workspace`, { recursive: true, mode: 0o700 }).then(
    () => bridge.log.write('mcp-server', 'info', `started for ${settings.client}, pid ${settings.pid}, version ${settings.version}`),
    () => undefined,
  )
  const gone = await Promise.race([stdio.ended.then(() => 'input' as const), aborted(signal).then(() => 'signal' as const), watch.gone.then(() => 'parent' as const)])
  watch.stop()
  if (gone !== 'signal' && carriers.length > 1 && !stdio.heard()) await aborted(signal)
  await Promise.all([...carriers.map((carrier) => carrier.close()), bridge.close()])
  serving.stdin.destroy()
}
