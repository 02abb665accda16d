import { mkdir } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import type { McpServerFactory } from '@modelcontextprotocol/server'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Bridge } from '../contract/bridge.ts'
import type { RunnerParts } from './runner-parts.ts'
import { limits } from '../base/limits.ts'
import { usualProviders } from './foreign.ts'
import { instructionsOf } from './instructions.ts'
import { openBridge } from './open.ts'
import { buildServer } from './server.ts'
import type { OfferedResources } from './resources.ts'
import { ResourceChanges } from './resource-changes.ts'
import type { Settings } from '../base/settings.ts'
import { tools } from '../tools/index.ts'
import type { HttpCarrier } from '../transports/http.ts'
import { carryStdio } from '../transports/stdio.ts'
import { bearer, type Carrier } from '../transports/carrier.ts'

/** The listeners besides stdio: their ports; null: there is no such listener. */
export interface Listening {
  readonly address: string
  readonly http: number | null
  readonly ws: number | null
}

export interface Serving {
  /** Still being worked out when the client says hello. */
  readonly settings: Promise<Settings>
  readonly version: string
  readonly system: System
  readonly listen: Listening
  /** True where no client is on stdio: the bridge serves its listeners, carries out actions and takes up triggers until a signal. */
  readonly isRunner: boolean
  /** What waits for a client, the one on stdio by default, in a line. Read from a small file: the hello waits for it. */
  waiting(client?: string): string | null
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
  const { signal, system } = serving
  let port: number | null = null
  const opened = serving.settings.then(withWorkspace).then((settings) =>
    openBridge(
      settings,
      usualProviders,
      partsOf(system, settings, () => port),
    ),
  )
  const changes = new ResourceChanges(opened)
  const onListen = () => changes.listened()
  const serverFor = async (session: string | undefined, filtering: OfferedResources['filtering']) => {
    const client = session && bearer(session)
    const bridge = await opened
    await bridge.followManifest()
    const situation = { settings: bridge.settings, namespace: await bridge.namespace(), waiting: serving.waiting(client) }
    const instructions = instructionsOf(client === undefined ? situation : { ...situation, client })
    return buildServer(opened, tools, serving.version, session, instructions, { changes, filtering })
  }
  // Over HTTP a server of the modern era answers one request, everywhere else it serves a connection.
  const overHttp: McpServerFactory = ({ authInfo, era }) => serverFor(authInfo?.clientId, era === 'legacy' ? 'here' : 'elsewhere')
  const connected =
    (session?: string): McpServerFactory =>
    ({ era }) =>
      serverFor(session, era === 'legacy' ? 'here' : 'sdk')
  const complain = (error: Error) => void opened.then((bridge) => bridge.log.write('mcp-server', 'warning', error.message))
  const stdio = serving.isRunner ? null : carryStdio(connected(), serving.stdin, serving.stdout, complain, onListen, opened)
  const orphan = orphaned(serving)
  let stopFollowing = () => {}
  // Neither the store nor the folder of triggers keeps a process alive.
  const alive = stdio === null ? setInterval(() => undefined, 2 ** 30) : undefined
  const signalled = aborted(signal).then(() => 'signal' as const)
  const gone =
    stdio === null
      ? signalled
      : Promise.race([stdio.ended.then(() => 'input' as const), signalled, orphan.gone.then(() => 'parent' as const)])
  try {
    const bridge = await opened
    const { carriers } = bridge
    if (stdio !== null) carriers.push({ ...stdio, clients: () => (stdio.heard() ? [bridge.settings.client] : []) })
    if (serving.listen.http !== null) {
      const http = await listenHttp(serving, serving.listen.http, bridge, overHttp)
      carriers.push(http)
      port = http.port
      changes.subscribe((uri) => (uri === null ? http.changes.resourcesChanged() : http.changes.resourceUpdated(uri)))
      // Without a store nothing changes; a read answers why.
      void changes.watch().catch(() => undefined)
      bridge.foreign.onChange(() => http.changes.toolsChanged())
    }
    if (serving.listen.ws !== null) carriers.push(await listenWebSocket(serving, serving.listen.ws, bridge, connected, onListen))
    introduce(bridge)
    stopFollowing = bridge.onManifest(() => sayOfActions(serving, bridge))
    sayOfActions(serving, bridge)
    openStoreSoon(bridge, serving.isRunner, () => stdio?.heard() === true)
    let why = await gone
    if (why !== 'signal' && carriers.length > 1 && stdio?.heard() === false) why = await aborted(signal).then(() => 'signal')
    bridge.log.write('bridge', 'info', `ended, pid ${bridge.settings.pid}: ${endings[why]}`)
  } finally {
    orphan.stop()
    stopFollowing()
    clearInterval(alive)
    await opened.then(closeAll, () => undefined)
    serving.stdin.destroy()
  }
}

/** A runner has no client that would ask why nothing is done. */
const sayOfActions = ({ isRunner, say }: Serving, { settings: { unreadable } }: Bridge): void => {
  if (isRunner && unreadable !== undefined) say(`No action is carried out. ${unreadable}`)
}

const closeAll = (bridge: Bridge): Promise<unknown> => Promise.all([...bridge.carriers.map((carrier) => carrier.close()), bridge.close()])

async function listenHttp(
  { system, listen: { address }, say }: Serving,
  port: number,
  bridge: Bridge,
  factory: McpServerFactory,
): Promise<HttpCarrier> {
  const { carryHttp } = await import('./listening.ts')
  const http = await carryHttp(system, { address, port }, bridge, factory)
  say(`Listening on http://${address}:${http.port}/mcp.${openTo(address)} A program needs a token: mcp-twin session new`)
  return http
}

async function listenWebSocket(
  { system, listen: { address }, say }: Serving,
  port: number,
  bridge: Bridge,
  serverFor: (session: string) => McpServerFactory,
  watch: () => void,
): Promise<Carrier> {
  const { carryWebSocket } = await import('./listening-websocket.ts')
  const ws = await carryWebSocket(system, { address, port }, bridge, serverFor, watch)
  say(`Listening on ws://${address}:${ws.port}/.${openTo(address)} A program needs a token: mcp-twin session new`)
  return ws
}

/** A warning for an address that other computers can reach; else ''. */
const openTo = (address: string): string =>
  address === '127.0.0.1' ? '' : ' Put a TLS proxy in front: tokens and answers cross the network in the clear.'

/** The parts of the machine that the runner of this process uses. */
const partsOf = (system: System, settings: Settings, port: () => number | null): RunnerParts => ({
  async openLink(client, link) {
    const [{ openLink }, { clientById }] = await Promise.all([
      import('../../effects/machine/open-link.ts'),
      import('../../catalog/clients/index.ts'),
    ])
    return openLink(system, await settings.world(), clientById(client)?.links?.on ?? [], link)
  },
  async signers() {
    const [{ openSessions }, { triggerKeys }] = await Promise.all([
      import('../../effects/store/sessions.ts'),
      import('../../effects/store/trigger-keys.ts'),
    ])
    const folder = reachable(settings.folder)
    const sessions = await openSessions(system, folder, settings.self.id).list()
    return { valid: new Set(sessions.map(({ id }) => id)), keys: await triggerKeys(system, folder) }
  },
  port,
})

/** Opens the store before a tool needs it: without it this bridge would take up no triggers and no actions of others. No client waits for it. */
function openStoreSoon(bridge: Bridge, isRunner: boolean, isHeard: () => boolean): void {
  const soon = () =>
    void bridge.store().then(
      () => isHeard() && bridge.seen(bridge.settings.client, bridge.session),
      (error: Error) => bridge.log.write('bridge', 'warning', error.message),
    )
  if (isRunner) soon()
  else setTimeout(soon, limits.storeOpenMs).unref()
}

const endings = { input: 'its client closed the connection', signal: 'it received a signal', parent: 'the program that started it is gone' }

/** Makes the workspace before the first call. Where that fails, the tool that needs it says so. */
async function withWorkspace(settings: Settings): Promise<Settings> {
  await mkdir(`${settings.folder}/workspace`, { recursive: true, mode: 0o700 }).catch(() => undefined)
  return settings
}

/** The first lines of the logs, after what earlier times left too large has been made small. */
function introduce({ settings, log, audit }: Bridge): void {
  const { client, pid, version, families, terminal, readOnly, roots } = settings
  audit.bound()
  log.bound()
  log.write('mcp-server', 'info', `started for ${client}, pid ${pid}, version ${version}`)
  const allowed = `families ${families.join(', ')}; terminal ${terminal}; ${readOnly ? 'read-only ' : ''}folders ${roots.join(', ')}`
  log.write('bridge', 'info', `started for ${client}, pid ${pid}: ${allowed}`)
  for (const problem of settings.problems) log.write('bridge', 'warning', problem)
}
