// A store in a process of its own, of whatever node: lines on stdin say what to do with it, each is answered by a line.
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { indexAgain } from '../../../src/bridge/memory/index-again.ts'
import * as memory from '../../../src/bridge/memory/memory.ts'
import { search } from '../../../src/bridge/memory/search.ts'
import { Refusal } from '../../../src/bridge/base/refusal.ts'
import type { IncomingRequest } from '../../../src/bridge/lease/channel.ts'
import { holderIn, Lease } from '../../../src/bridge/lease/lease.ts'
import { keepUp, verify } from '../../../src/bridge/lease/upkeep.ts'
import { chooseEngine, type EngineName } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { examineStore } from '../../../src/bridge/store/state.ts'
import { Store } from '../../../src/bridge/store/store.ts'
import { nodeSystem } from '../../../src/system/node.ts'

const [folder = '', wanted = '', session = ''] = process.argv.slice(2)
const engine = chooseEngine(process.platform, process.arch, wanted as EngineName)
const author = { client: 'tester', session }
const namespace = 'shared'
const problems: string[] = []
const heard: unknown[] = []
let clock: number | null = null
const now = (): number => clock ?? Date.now()
let store: Store
let lease: Lease

type Key = { key: string; ifVersion?: number }
const set = (entry: Key & { value: never; at?: string }) =>
  store.write(author, (tx) => memory.set(tx, { namespace: entry.at ?? namespace, ...entry }))

/** As the holder: answers, tells of progress, waits for its cancellation or for ever. */
async function answer({ method, params, signal, progress }: IncomingRequest): Promise<unknown> {
  if (method === 'refuse') throw new Refusal('denied', 'not allowed')
  if (method === 'echo') {
    progress('begun')
    return { params, pid: process.pid }
  }
  cancelled = false
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  cancelled = true
  return null
}
/** Of the last work that waited; null: there was none. */
let cancelled: boolean | null = null

/** Everything that a test asks for. */
const operations = {
  async open() {
    store = await Store.open({
      ...{ place: new StorePlace(folder), engine, machine: 'here', now },
      random: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex'),
      rebuild: indexAgain,
      report: (problem) => void problems.push(problem),
    })
    store.onChange((changes) => heard.push(...changes))
  },
  set,
  /** Many writes at the same moment. */
  setAll: ({ entries }: { entries: Parameters<typeof set>[0][] }) => Promise.all(entries.map(set)),
  get: ({ key, version }: { key: string; version?: number }) =>
    store.read((database) => memory.get(database, namespace, key, now(), version)),
  everywhere: ({ key }: Key) => store.read((database) => memory.everywhere(database, key, now())),
  remove: (entry: Key) => store.write(author, (tx) => memory.remove(tx, { namespace, ...entry })),
  list: (query: object) => store.read((database) => memory.list(database, { limit: 100_000, ...query }, now())),
  search: ({ query, limit = 10 }: { query: string; limit?: number }) =>
    store.snapshot((database) => search(database, { query, limit }, now())),
  history: ({ key }: Key) => store.read((database) => memory.history(database, namespace, key)),
  /** Adds 1 to a number so many times, each time by the version that was read; returns how often another was faster. */
  async increment({ key, times }: { key: string; times: number }) {
    let lost = 0
    for (let done = 0; done < times; ) {
      const entry = await store.read((database) => memory.get(database, namespace, key, now()))
      try {
        await set({ key, value: (Number(entry?.value ?? 0) + 1) as never, ifVersion: entry?.version ?? 0 })
        done++
      } catch (error) {
        if (!/at version/.test(String(error))) throw error
        lost++
      }
    }
    return lost
  },
  fail: () =>
    store.write(author, (tx) => {
      tx.changed('memory', 'never')
      throw new Error('no')
    }),
  cursor: () => store.cursor(),
  changesAfter: ({ n }: { n: number }) => store.changesAfter(n),
  heard: () => heard,
  problems: () => problems,
  checkpoint: () => store.checkpoint(),
  at: ({ ms }: { ms: number }) => {
    clock = ms
  },
  /** Statements on a connection of its own, as another program could run them. */
  sql({ file, text }: { file: string; text: string }) {
    const database = engine.open(file)
    try {
      return database.exec(text)
    } finally {
      database.close()
    }
  },
  /** Holds the lock of writers until this process ends. */
  hold({ file }: { file: string }) {
    engine.open(file).exec('BEGIN IMMEDIATE')
  },
  /** The rows of a question to the file itself. */
  rows: ({ file, sql }: { file: string; sql: string }) => {
    const database = engine.open(file)
    try {
      return database.all(sql)
    } finally {
      database.close()
    }
  },
  /** What doctor finds. */
  examine: () => examineStore(folder, process.platform, process.arch, { ms: 60_000, now: now() }),
  verify: () => verify(store),
  /** Takes part in the lease, as a bridge that uses the store does. */
  takePart() {
    const { pid, platform } = process
    const shared = { store, author, now, pid, platform, run: join(folder, 'run'), report: (problem: string) => void problems.push(problem) }
    lease = new Lease({ ...shared, isAlive: nodeSystem().isAlive, onHeld: (lost) => keepUp({ ...shared, lease }, lost), answer })
    void lease.seek()
  },
  holding: () => lease.holding,
  /** Asks the holder; `cancelMs`: cancelled after so long. */
  async askHolder({ method, params, cancelMs }: { method: string; params?: unknown; cancelMs?: number }) {
    const notes: string[] = []
    const over = new AbortController()
    if (cancelMs !== undefined) setTimeout(() => over.abort(), cancelMs)
    const result = await lease.ask(method, params, { signal: over.signal, progress: (note) => void notes.push(note) })
    return { result, notes }
  },
  cancelled: () => cancelled,
  confirm: () => lease.confirm(),
  asHolder: () => store.write(author, (tx) => lease.check(tx)),
  holder: () => store.read(holderIn),
  async close() {
    await store.settle()
    store.close()
  },
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, name, args } = JSON.parse(line) as { id: number; name: keyof typeof operations; args: never }
  const answer = await Promise.resolve()
    .then((): unknown => operations[name](args))
    .then(
      (result) => ({ id, result }),
      (error: Error) => ({ id, error: error.message }),
    )
  process.stdout.write(`${JSON.stringify(answer)}\n`)
})
