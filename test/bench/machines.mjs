// node test/bench/machines.mjs [--entries N] [--rounds N] [--away MS]: what a store server costs. A bridge over the embedded store, one
// over the copy of a PostgreSQL server's here, and one whose server is MS away are called in turn, so that whatever else the machine does
// hits them alike. Then how soon another machine hears, and fifty writers at once. It never fails for being slow.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'
import { median } from './rounds.mjs'
import { open } from './stdio-client.mjs'

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '100' },
    away: { type: 'string', default: '80' },
  },
})
const [entries, rounds, away] = [options.entries, options.rounds, options.away].map(Number)
const here = fileURLToPath(new URL('.', import.meta.url))
const program = join(here, '../../bin/mcp-twin.mjs')
const work = mkdtempSync(join(tmpdir(), 'mcp-twin-machines-'))
const password = 'only of this bench'
const words = ['blue', 'river', 'table', 'login', 'server', 'green', 'window', 'cache', 'token', 'index', 'paper', 'cloud']

/** The cluster of the tests. */
async function started() {
  const file = join(work, 'postgres.mjs')
  await build({ input: join(here, '../support/postgres.ts'), platform: 'node', output: { file, format: 'esm' }, logLevel: 'silent' })
  const server = await (await import(pathToFileURL(file).href)).postgres()
  server.sql(`CREATE ROLE anna LOGIN PASSWORD '${password}'; GRANT CREATE ON DATABASE postgres TO anna`)
  server.sql('CREATE DATABASE far OWNER anna')
  return server
}

/** A link that takes half of the way in each direction. Returns its port. */
function farLink(port) {
  const later = (from, to) => {
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), away / 2))
    from.on('end', () => setTimeout(() => to.end(), away / 2))
    from.on('error', () => to.destroy())
  }
  const gate = createServer((socket) => {
    const there = connect(port, '127.0.0.1')
    for (const each of [socket, there]) each.setNoDelay()
    later(socket, there)
    later(there, socket)
  })
  return new Promise((resolve) => gate.listen(0, '127.0.0.1', () => resolve({ port: gate.address().port, gate })))
}

const placeOf = (name) => {
  const home = join(work, name)
  mkdirSync(home)
  return { env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8', MCP_TWIN_TYPED: 'mcp-twin' }, cwd: home }
}
/** Not synchronous: the link is in this process. */
const typed = (place, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [program, ...args], place, (error, _out, said) =>
      error === null ? resolve() : reject(new Error(`mcp-twin ${args.join(' ')}: ${said.slice(0, 400)}`)),
    )
    child.stdin.end(input)
  })
const timed = async (task) => {
  const began = performance.now()
  await task()
  return performance.now() - began
}
const p99 = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)]
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0))

const line = (n) =>
  JSON.stringify({
    type: 'entity',
    name: `entry-${n}`,
    entityType: 'note',
    observations: [`decision about ${words[n % 12]} and ${words[Math.floor(n / 12) % 12]}`, `rare${n}`, `part ${n % 500}`],
  })

const server = await started()
const { port, gate } = await farLink(server.port)
const urlAt = (at, database) => `postgres://anna:\${secret:STORE}@127.0.0.1:${at}/${database}`
const bridges = []
try {
  const input = Array.from({ length: entries }, (_, n) => line(n)).join('\n')
  const joined = async (name, at, { database = 'postgres', isFull = false } = {}) => {
    const place = placeOf(name)
    mkdirSync(join(place.cwd, '.mcp-twin'), { mode: 0o700 })
    await typed(place, ['init', '--yes', '--offline'])
    await typed(place, ['secret', 'set', 'STORE'], password)
    if (isFull) await typed(place, ['memory', 'import', '-'], input)
    const took = await timed(() => typed(place, ['store', 'move', urlAt(at, database), '--machine', name.replaceAll(' ', '-'), '--yes']))
    console.log(`${name} joins, with ${entries} entries ${isFull ? 'sent' : 'fetched'}: ${(took / 1000).toFixed(1)} s`)
    return place
  }
  const embedded = placeOf('embedded')
  await typed(embedded, ['memory', 'import', '-'], input)
  // In a database of its own: what others write is fetched in between, and costs trips of its own.
  const far = await joined('far', port, { database: 'far', isFull: true })
  const places = { embedded, here: await joined('laptop', server.port, { isFull: true }), away: far }
  await joined('first copy from afar', port)
  const desktop = await joined('desktop', server.port)

  const starts = Object.fromEntries(Object.keys(places).map((name) => [name, []]))
  for (let round = 0; round < 10; round++)
    for (const [name, place] of Object.entries(places)) {
      const bridge = await open([program, 'serve', '--client', 'bench'], place)
      if (round > 0) starts[name].push(bridge.listMs)
      await bridge.close()
    }
  const calls = {
    'start, tools listed': Object.values(starts).map(median),
  }
  const stores = {}
  for (const [name, place] of Object.entries(places)) {
    stores[name] = await open([program, 'serve', '--client', 'bench'], place)
    bridges.push(stores[name])
  }
  const versions = {}
  const tasks = {
    get: (bridge, n) => bridge.call('memory_get', { key: `entry-${n % entries}`, namespace: 'reference' }),
    search: (bridge, n) => bridge.call('memory_search', { query: `rare${(n * 31) % entries}` }),
    set: (bridge) => bridge.call('memory_set', { key: 'one', namespace: 'bench', value: `a note ${'x'.repeat(100)}` }),
    'compare-and-set': async (bridge, _n, name) => {
      const set = { key: `count ${name}`, namespace: 'bench', value: 1, if_version: versions[name] ?? 0 }
      versions[name] = (await bridge.call('memory_set', set)).structuredContent.version
    },
  }
  for (const [what, task] of Object.entries(tasks)) {
    const found = Object.fromEntries(Object.keys(stores).map((name) => [name, []]))
    for (let round = -5; round < rounds; round++)
      for (const [name, bridge] of Object.entries(stores)) {
        const took = await timed(() => task(bridge, round + 5, name))
        // The first calls warm up.
        if (round >= 0) found[name].push(took)
      }
    calls[what] = Object.values(found).map(median)
  }
  console.log(`ms, median of ${rounds}: embedded, server here, server ${away} ms away`)
  for (const [what, [one, here, far]] of Object.entries(calls))
    console.log(`  ${what}: ${ms(one)}, ${ms(here)} (${(here / one).toFixed(2)} ×), ${ms(far)}`)

  const other = await open([program, 'serve', '--client', 'other'], desktop)
  bridges.push(other)
  const late = []
  let { cursor } = (await other.call('wait_for_change', { timeout_ms: 1 })).structuredContent
  for (let n = 0; n < rounds; n++) {
    let seen = 0
    const waiting = other.call('wait_for_change', { since: cursor, timeout_ms: 20_000 }).then((answer) => {
      seen = performance.now()
      return answer
    })
    await sleep(20)
    await stores.here.call('memory_set', { key: 'news', namespace: 'bench', value: n })
    const written = performance.now()
    cursor = (await waiting).structuredContent.cursor
    late.push(Math.max(0, seen - written))
  }
  console.log(`another machine hears: median ${ms(median(late))} ms, p99 ${ms(p99(late))} ms after the writer is answered`)

  const took = []
  const each = Math.ceil(rounds / 5)
  const all = await timed(() =>
    Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        const bridge = writer % 2 === 0 ? stores.here : other
        for (let n = 0; n < each; n++)
          took.push(await timed(() => bridge.call('memory_set', { key: `writer ${writer} ${n}`, namespace: 'bench', value: n })))
      }),
    ),
  )
  console.log(`50 writers on two machines: ${Math.round((50 * each * 1000) / all)}/s, p99 ${ms(p99(took))} ms`)
  const held = await Promise.all(
    [stores.here, other].map(
      async (bridge) => (await bridge.call('memory_get', { key: `writer 49 ${each - 1}`, namespace: 'bench' })).structuredContent.value,
    ),
  )
  if (held.some((value) => value !== each - 1)) throw new Error(`the last write of a writer is ${JSON.stringify(held)}`)
} finally {
  await Promise.all(bridges.map((bridge) => bridge.close()))
  gate.close()
  await server.remove()
  rmSync(work, { recursive: true, force: true })
}
console.log(`load ${loadavg()[0].toFixed(1)}, node ${process.version}`)
