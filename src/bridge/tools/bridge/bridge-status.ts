import { localTime } from '../../../core/local-time.ts'
import { arch } from 'node:os'
import { Refusal } from '../../base/refusal.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import type { Bridge } from '../../contract/bridge.ts'
import type { LikelyPair } from '../../machines/likely-pairs.ts'
import { storeState } from '../../store/state.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { ConnectedProgram } from '../../handoff/programs.ts'
import { quotedPath } from '../../../model/quoted-path.ts'
import { inLine, inName } from '../../base/text.ts'
import { rootTroubles } from '../../policy/roots.ts'
import { protocols } from '../../transports/carrier.ts'
import { limitsOf, limitWords } from '../../terminal/sandbox/notes.ts'
import { defineTool } from '../../contract/tool.ts'

export const bridgeStatus = defineTool({
  name: 'bridge_status',
  family: 'bridge',
  effect: 'read',
  description: 'Who and where you are, folders, programs, problems.',
  input: {},
  async handle(_input, bridge, { client, signal }) {
    const { settings, policy, audit } = bridge
    audit.check()
    const [region, { environments }] = [await policy.region(), await settings.world()]
    const terminal = settings.terminal === 'sandbox' && !settings.readOnly ? await bridge.terminal() : null
    const sandbox = (await terminal?.usable()) === true && terminal !== null ? limitsOf(terminal.sandbox) : null
    const node = environments.find(({ id }) => id === settings.self.id)?.nodeVersion
    const stored = await storeOf(bridge, signal)
    const namespace = await bridge.namespace()
    const self = { client, project: settings.variables.CLAUDE_PROJECT_DIR || null, namespace, connected: true, lastSeen: bridge.now() }
    const { programs, waiting, pairs, isRead } = await storedFacts(bridge, self, stored)
    const shown = programs.slice(0, limits.programsShown)
    const data = {
      client,
      namespace,
      folders: region.open,
      programs: shown.map(({ lastSeen, ...program }) => ({ ...program, last_seen: lastSeen })),
      ...(shown.length < programs.length && { more_programs: programs.length - shown.length }),
      name: 'mcp-twin',
      version: settings.version,
      versions: { ...(node !== undefined && { node }), protocols },
      connected: [...new Set(bridge.carriers.flatMap((carrier) => carrier.clients()))],
      listening: bridge.carriers.flatMap(({ name, port }) => (port === undefined ? [] : [{ protocol: name, port }])),
      home: settings.self.id,
      sides: environments.map(({ id }) => id),
      pid: settings.pid,
      ...(region.readable.length > 0 && { folders_read_only: region.readable }),
      read_only: settings.readOnly,
      terminal: settings.terminal,
      ...(sandbox !== null && { sandbox }),
      families: settings.families.filter(
        (family) =>
          (family !== 'terminal' || settings.terminal !== 'off') &&
          (family !== 'search' || bridge.searchable()) &&
          ((family !== 'shared' && family !== 'plugins') || bridge.foreign.list().some((tool) => tool.family === family)),
      ),
      ...(stored.store !== null && { store: stored.store }),
      actions: waiting,
      ...(pairs.length > 0 && { likely_pairs: pairs.map(({ other, machine }) => ({ namespace: other, machine })) }),
      problems: [...bridge.problems(), ...stored.problems, ...(await rootTroubles(policy))],
    }
    const words = [
      `You are ${inName(client)}. Namespace: ${inName(namespace)}.`,
      `Folders: ${data.folders.map((each) => inName(each) + (region.readable.includes(each) ? ' (read-only)' : '')).join(', ') || 'none'}${data.read_only ? '; nothing can be changed' : ''}.`,
      `Programs: ${shown.map(programWords).join('; ')}${shown.length < programs.length ? `; and ${programs.length - shown.length} more` : ''}.${isRead && programs.length === 1 ? nobodyElse : ''}`,
      `mcp-twin ${data.version} on ${data.home} (pid ${data.pid}). Sides: ${data.sides.join(', ')}. Connected: ${data.connected.join(', ') || 'nobody'}.`,
      ...data.listening.map(({ protocol, port }) => `Listens for ${protocol} on port ${port}.`),
      `Speaks ${protocols.join(', ')}${node === undefined ? '' : `, on node ${node}`}.`,
      `Terminal: ${data.terminal}. Families: ${data.families.join(', ')}.`,
      ...(sandbox === null ? [] : [limitWords(sandbox)]),
      ...(stored.store === null ? [] : storeWords(stored.store)),
      ...(Object.keys(waiting).length === 0
        ? []
        : [
            `Actions: ${Object.entries(waiting)
              .map(([status, count]) => `${count} ${status}`)
              .join(', ')}.`,
          ]),
      ...pairs.map((pair) => pairWords(pair, self.project)),
      ...(data.problems.length === 0 ? ['Nothing is wrong.'] : data.problems.map((problem) => `Problem: ${inLine(problem)}`)),
    ]
    return { content: [{ type: 'text', text: words.join('\n') }], data }
  },
})

const nobodyElse = ' No other program was seen in the last 30 days; one is named here soon after it connects.'

/** A program in a few words; the first is the one that asks. */
const programWords = ({ client, project, namespace, connected, lastSeen }: ConnectedProgram, at: number): string =>
  [
    quoteInLine(client),
    ...(project === null ? [] : [`in ${inName(project)}`]),
    `namespace ${quoteInLine(namespace)}`,
    `${at === 0 ? 'you' : connected ? 'connected' : 'not connected'}, seen ${localTime(lastSeen)}`,
  ].join(', ')

/** The programs of all bridges, `self` first, and how many actions of each status are not final; little if the store cannot be read, which `problems` reports. */
async function storedFacts(bridge: Bridge, self: ConnectedProgram, { store: there, problems }: StoreFacts) {
  if (there === null) return { programs: [self], waiting: {}, pairs: [], isRead: problems.length === 0 }
  const { counts } = await import('../../actions/queue.ts')
  const { programsIn } = await import('../../handoff/programs.ts')
  const { likelyPairsOf } = await import('../../machines/likely-pairs.ts')
  const hasActions = bridge.settings.families.includes('actions')
  const isSelf = ({ client, project, namespace }: ConnectedProgram): boolean =>
    client === self.client && project === self.project && namespace === self.namespace
  try {
    const store = await bridge.store()
    return await store.snapshot((database) => ({
      programs: [self, ...programsIn(database, liveIn(bridge.settings), bridge.now()).filter((each) => !isSelf(each))],
      waiting: hasActions ? counts(database) : {},
      pairs: self.project === null ? [] : likelyPairsOf(database, self.namespace),
      isRead: true,
    }))
  } catch (error) {
    if (error instanceof Refusal) return { programs: [self], waiting: {}, pairs: [], isRead: false }
    throw error
  }
}

/** A person joins two checkouts: a downloaded folder may have any name. */
const pairWords = ({ other, machine }: LikelyPair, project: string | null): string =>
  `This project may be ${inName(other)} of ${quoteInLine(machine)}. If so, a person types: mcp-twin store link ${quotedPath(project ?? '.')} ${quotedPath(other)}`

/** The server whose copy the store is, as it was reached last: this waits for no server. Null: the store is no copy, or cannot be read. */
async function serverOfStore(bridge: Bridge, signal: AbortSignal) {
  try {
    const { serverOf } = await import('../../machines/copy.ts')
    const { outboxCounts } = await import('../../machines/outbox.ts')
    const store = await bridge.store()
    const server = await store.read(serverOf)
    if (server === null) return null
    const { unsent, refused, conflicts } = await store.read(outboxCounts)
    const { shownServer } = await import('../../machines/shown.ts')
    return { ...shownServer(server, await bridge.knownServer(signal)), unsent, refused, conflicts }
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

type ShownServer = NonNullable<Awaited<ReturnType<typeof serverOfStore>>>

function serverWords({ address, person, administrator, machine, schema, reached, since, why, live, unsent, refused }: ShownServer): string {
  const words = [
    `Store server: ${inName(address)}, this machine is ${quoteInLine(machine)} there`,
    ...(person === null ? [] : [`you are ${quoteInLine(person)}${administrator === true ? ', an administrator' : ''}`]),
    ...(schema === null ? [] : [`schema ${schema}`]),
    `${reached ? 'reached' : 'not reached'}${since === null || since === 0 ? '' : ` since ${localTime(since)}`}${why === null ? '' : ` (${inLine(why)})`}`,
    ...(live === null ? [] : [`news: ${live}`]),
    ...(refused === null ? [] : [`unsent: ${unsent}, of which it refused some (${inLine(refused)})`]),
  ]
  return `${words.join('; ')}.`
}

interface ShownStore {
  readonly engine: string
  readonly generation: number
  readonly bytes: number
  readonly log_bytes: number
  /** Present where the store is the copy of a server's. */
  readonly server?: ShownServer
}

interface StoreFacts {
  readonly store: ShownStore | null
  readonly problems: readonly string[]
}

/** The store as its files show it, and the server whose copy it is. */
async function storeOf(bridge: Bridge, signal: AbortSignal): Promise<StoreFacts> {
  const { folder, platform } = bridge.settings
  try {
    const state = storeState(folder, platform, arch())
    if (state === null) return { store: null, problems: [] }
    const { logBytes, ...rest } = state
    const server = await serverOfStore(bridge, signal)
    return { store: { ...rest, log_bytes: logBytes, ...(server !== null && { server }) }, problems: [] }
  } catch (error) {
    if (error instanceof Refusal) return { store: null, problems: [error.message] }
    throw error
  }
}

const storeWords = ({ engine, generation, bytes, log_bytes, server }: ShownStore): string[] => [
  `Store: ${generation}.db, ${Math.ceil((bytes + log_bytes) / 1024)} KiB, by ${engine === 'node' ? "node's SQLite" : 'libsql'}.`,
  ...(server === undefined ? [] : [serverWords(server)]),
]
