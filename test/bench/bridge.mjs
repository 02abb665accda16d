// The built bridge beside what it stands on: node test/bench/bridge.mjs [--check] [--rounds 9] [--only run,read,…] [--keys 5]
// Each call is made of ours and of its floor in turn, so that whatever else the machine does hits both alike. A line is
// the ratio of medians over all rounds; beside it that of the fastest tenths, which a busy machine moves least.
// `--check` exits 1 when a line is above its limit in both.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundledFloor } from './sdk-floor.mjs'
import { open } from './stdio-client.mjs'

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
    keys: { type: 'string', default: '5' },
  },
})
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'bridge-bench-'))
const root = join(work, 'root')
mkdirSync(root)
// Stored keys are looked for in every answer.
const keys = Array.from({ length: Number(options.keys) }, (_, i) => [`KEY_${i}`, `sk-ant-api03-${randomBytes(30).toString('base64url')}`])
mkdirSync(join(work, '.mcp-twin'), { mode: 0o700 })
writeFileSync(join(work, '.mcp-twin', 'secrets.json'), JSON.stringify(Object.fromEntries(keys)), { mode: 0o600 })
const rg = createRequire(import.meta.url).resolve(
  `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg${process.platform === 'win32' ? '.exe' : ''}`,
)
const text = Array.from({ length: 16384 }, (_, i) => `${String(i).padStart(8, '0')} ${'lorem ipsum dolor sit amet '.slice(0, 54)}`)
  .join('\n')
  .slice(0, 1 << 20)
const path = join(root, 'large')
writeFileSync(path, text)
const tree = join(root, 'tree')
for (let i = 0; i < 4000; i++) {
  mkdirSync(join(tree, String(i % 100)), { recursive: true })
  writeFileSync(join(tree, String(i % 100), `${i}.txt`), `${text.slice(0, 8000)}${i % 400 === 0 ? '\nNEEDLE here\n' : ''}`)
}

const programs = {
  sdk: [await bundledFloor(work)],
  plain: [here('floors/plain.mjs')],
  ours: [here('../../bin/mcp-twin.mjs'), 'serve', '--root', root, '--terminal', 'on'],
}
const place = {
  env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: work, LANG: 'C.UTF-8', ...(process.platform === 'win32' && process.env) },
  cwd: work,
}
const start = (name) => open(programs[name], place)

const samples = new Map()
function record(line, who, value) {
  const key = `${line} ${who}`
  samples.set(key, [...(samples.get(key) ?? []), value])
}
async function timed(action) {
  const started = performance.now()
  await action()
  return performance.now() - started
}
const shell = '/bin/bash'

/** What is called, and its floor; `floor` may tell its own ms. The first call of each warms up and does not count. */
const calls = {
  small: {
    count: 200,
    ours: ({ ours }) => ours.call('get_config', {}),
    floor: ({ sdk }) => sdk.call('echo', { message: 'hello' }),
  },
  read: { count: 11, ours: ({ ours }) => ours.call('read_file', { path }), floor: ({ plain }) => plain.call('read', { path }) },
  write: {
    count: 11,
    ours: ({ ours }, i) => ours.call('write_file', { path: join(root, `o${i}`), content: text }),
    floor: ({ plain }, i) => plain.call('write', { path: join(root, `p${i}`), content: text }),
  },
  search: {
    count: 7,
    ours: ({ ours }) => ours.call('search_text', { path: tree, pattern: 'NEEDLE', literal: true }),
    floor: () => execFileSync(rg, ['-n', '-F', '--', 'NEEDLE', tree], { stdio: ['ignore', 'pipe', 'ignore'] }),
  },
  run: {
    count: 60,
    ours: ({ ours }) => ours.call('execute_command', { command: 'true', shell: 'bash' }),
    floor: async ({ plain }) => Number((await plain.call('spawn', { command: 'true', shell })).content[0].text),
  },
  'run-server': {
    count: 60,
    ours: ({ ours }) => ours.call('execute_command', { command: 'true', shell: 'bash' }),
    floor: ({ plain }) => plain.call('run', { command: 'true', shell }),
  },
}

async function measureCalls(line, servers) {
  const { count, ours, floor } = calls[line]
  for (let i = -1; i < count; i++) {
    for (const [who, action] of i % 2 === 0 ? Object.entries({ ours, floor }) : Object.entries({ floor, ours })) {
      let told
      const ms = await timed(async () => {
        told = await action(servers, i)
      })
      if (i >= 0) record(line, who, typeof told === 'number' ? told : ms)
    }
  }
}

/** Cold starts in turn, then the memory of those two after the start and after 200 small calls. */
async function measureStarts(round) {
  for (let again = 0; again < 3; again++) {
    for (const who of (round + again) % 2 === 0 ? ['ours', 'sdk'] : ['sdk', 'ours']) {
      const server = await start(who)
      const side = who === 'ours' ? 'ours' : 'floor'
      record('hello', side, server.helloMs)
      record('list', side, server.listMs)
      if (again === 2 && process.platform === 'linux') {
        await new Promise((resolve) => setTimeout(resolve, 200))
        record('memory', side, server.rssMiB())
        for (let i = 0; i < 200; i++) await calls.small[side]({ ours: server, sdk: server })
        record('memory-calls', side, server.rssMiB())
      }
      await server.close()
    }
  }
}

const wanted = options.only?.split(',') ?? ['starts', ...Object.keys(calls)]
for (let round = 0; round < Number(options.rounds); round++) {
  if (wanted.includes('starts')) await measureStarts(round)
  const servers = { sdk: await start('sdk'), plain: await start('plain'), ours: await start('ours') }
  for (const line of Object.keys(calls)) if (wanted.includes(line)) await measureCalls(line, servers)
  for (const server of Object.values(servers)) await server.close()
}
rmSync(work, { recursive: true, force: true })

const lines = [
  ['hello', 'cold start, hello answered, ms', 'SDK alone, bundled', 1.15],
  ['list', 'cold start, tools listed, ms', 'SDK alone, bundled', 1.15],
  ['small', 'small call, ms', 'SDK alone', 1.25],
  ['read', 'read 1 MiB, ms', 'no SDK, no checks', 1.2],
  ['write', 'write 1 MiB, ms', 'no SDK, no checks', 1.2],
  ['search', 'search text, ms', 'ripgrep itself', 1.2],
  ['run', 'run `true`, ms', 'spawn in a bare node', 2],
  ['run-server', 'run `true`, ms', 'no SDK, no checks', null],
  ['memory', 'memory after the start, MiB', 'SDK alone', 1.3],
  ['memory-calls', 'memory after 200 calls, MiB', 'SDK alone', 1.3],
]
const at = (list, part) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)]
const above = []
console.log('| what | ours | floor | ratio | fastest tenth | limit | the floor |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |')
for (const [line, what, floor, limit] of lines) {
  const [mine, theirs] = [samples.get(`${line} ours`), samples.get(`${line} floor`)]
  if (mine === undefined || theirs === undefined) continue
  const [ratio, least] = [0.5, 0.1].map((part) => at(mine, part) / at(theirs, part))
  if (limit !== null && Math.min(ratio, least) > limit) above.push(what)
  const cells = [what, at(mine, 0.5).toPrecision(3), at(theirs, 0.5).toPrecision(3), ratio.toFixed(2), least.toFixed(2), limit ?? '', floor]
  console.log(`| ${cells.join(' | ')} |`)
}
console.log(`node ${process.version}, ${process.platform}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`)
if (options.check && above.length > 0) {
  console.error(`above the limit: ${above.join('; ')}`)
  process.exitCode = 1
}
