// Memory of the built bridge at growing sizes: node test/bench/memory.mjs [--entries 1,1000,10000,100000] [--rounds 100] [--idle 60]
// All sizes are called in turn, so that whatever else the machine does hits them alike. A line is the median of what the
// calls took, and as a ratio to the smallest size. Searches are measured in time of the bridge's processor.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { open } from './stdio-client.mjs'

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '1,1000,10000,100000' },
    rounds: { type: 'string', default: '100' },
    idle: { type: 'string', default: '60' },
  },
})
const sizes = options.entries.split(',').map(Number)
const rounds = Number(options.rounds)
const program = fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'memory-bench-'))
const words = ['blue', 'river', 'table', 'login', 'server', 'green', 'window', 'cache', 'token', 'index', 'paper', 'cloud']
const wordOf = (n) => words[n % words.length]

/** Entries of about 130 characters: a word that all hold, one that no other holds, and some between. */
const line = (n) =>
  JSON.stringify({
    type: 'entity',
    name: `entry-${n}`,
    entityType: 'note',
    observations: [
      `decision about ${wordOf(n)} and ${wordOf(Math.floor(n / 12))}`,
      `rare${n}`,
      `written for the ${wordOf(n * 7)} of part ${n % 500}`,
    ],
  })

const placeOf = (size) => {
  const home = join(work, String(size))
  mkdirSync(home)
  return { env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' }, cwd: home }
}
const start = (place, client) => open([program, 'serve', '--client', client], place)

const sorted = (values) => [...values].sort((a, b) => a - b)
const quantile = (values, part) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * part))]
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
const timed = async (work) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}
/** Ms of processor that a process has used, in steps of 10 ms. */
const processor = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const filled = []
for (const size of sizes) {
  const place = placeOf(size)
  const input = Array.from({ length: size }, (_, n) => line(n)).join('\n')
  const took = await timed(() =>
    execFileSync(process.execPath, [program, 'memory', 'import', '-'], { ...place, input, stdio: ['pipe', 'ignore', 'inherit'] }),
  )
  console.log(`${size} entries imported in ${(took / 1000).toFixed(1)} s`)
  filled.push({ size, place, bridge: await start(place, 'bench'), get: [], set: [] })
}

for (let round = -5; round < rounds; round++)
  for (const { size, bridge, get, set } of filled) {
    const key = `entry-${(round + 5) % size}`
    const times = [
      await timed(() => bridge.call('memory_get', { key, namespace: 'reference' })),
      await timed(() =>
        bridge.call('memory_set', {
          key: 'one',
          namespace: 'bench',
          value: `a note of about a hundred and thirty characters, ${'x'.repeat(80)}`,
        }),
      ),
    ]
    // The first calls warm up.
    if (round >= 0) for (const [at, list] of [get, set].entries()) list.push(times[at])
  }
for (const what of ['get', 'set']) {
  const [first] = filled
  const line = filled.map((each) => {
    const median = quantile(each[what], 0.5)
    return `${each.size}: ${ms(median)} (${(median / quantile(first[what], 0.5)).toFixed(2)} ×)`
  })
  console.log(`${what}  ${line.join('   ')}`)
}

const { bridge, size, place } = filled.at(-1)
const searches = {
  'one rare word': `rare${Math.floor(size / 2)}`,
  'two words': 'login cache',
  'a sentence': 'what did we decide about the blue server and the paper window?',
  'a word that all hold': 'decision',
}
for (const [title, query] of Object.entries(searches)) {
  await bridge.call('memory_search', { query })
  const [before, many] = [processor(bridge.pid), 40]
  const took = await timed(async () => {
    for (let n = 0; n < many; n++) await bridge.call('memory_search', { query })
  })
  console.log(`search over ${size}, ${title}: ${ms((processor(bridge.pid) - before) / many)} of processor, ${ms(took / many)} in all`)
}

const other = await start(place, 'other')
const late = []
let { cursor } = (await other.call('wait_for_change', { timeout_ms: 1 })).structuredContent
for (let n = 0; n < rounds * 3; n++) {
  let seen = 0
  const waited = other.call('wait_for_change', { since: cursor, timeout_ms: 20_000 }).then((answer) => {
    seen = performance.now()
    return answer
  })
  await sleep(20)
  await bridge.call('memory_set', { key: 'news', namespace: 'bench', value: n })
  const written = performance.now()
  cursor = (await waited).structuredContent.cursor
  late.push(Math.max(0, seen - written))
}
console.log(
  `a change is seen by the other's waiter: median ${ms(quantile(late, 0.5))}, p99 ${ms(quantile(late, 0.99))} after its writer is answered`,
)

if (Number(options.idle) > 0) {
  await sleep(100_000)
  const before = [bridge, other].map(({ pid }) => processor(pid))
  await sleep(Number(options.idle) * 1000)
  const used = [bridge, other].map(({ pid }, at) => ((processor(pid) - before[at]) / Number(options.idle) / 10).toFixed(3))
  console.log(`idle, over ${options.idle} s: ${used.join(' % and ')} % of a processor`)
}
await Promise.all([...filled.map((each) => each.bridge.close()), other.close()])
rmSync(work, { recursive: true, force: true })
console.log(`load ${loadavg()[0].toFixed(1)}, node ${process.version}`)
