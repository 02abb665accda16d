// The built bridge beside what it stands on, in interleaved rounds: node test/bench/bridge.mjs [--check] [--rounds 7]
// Every line is a ratio of medians of one run; `--check` exits 1 when one is above its limit.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, rounds: { type: 'string', default: '7' } } })
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'bridge-bench-'))
const root = join(work, 'root')
mkdirSync(root)
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
const rg = createRequire(import.meta.url).resolve(
  `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg${process.platform === 'win32' ? '.exe' : ''}`,
)

/** The SDK's floor as a product would ship it: one minified file. */
async function bundledFloor() {
  const build = await rolldown({ input: here('floors/sdk.mjs'), platform: 'node', logLevel: 'silent' })
  await build.write({ file: join(work, 'sdk.mjs'), format: 'esm', minify: true, codeSplitting: false })
  await build.close()
  return join(work, 'sdk.mjs')
}

/** A stdio client that does as little as can be: one JSON.parse a message. */
async function open(args) {
  const started = performance.now()
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: work, LANG: 'C.UTF-8', ...(process.platform === 'win32' && process.env) }
  const child = spawn(process.execPath, args, { env, cwd: work, stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line)
    const [resolve, reject] = waiting.get(id) ?? []
    waiting.delete(id)
    if (error || result?.isError) reject?.(new Error(JSON.stringify(error ?? result.content)))
    else resolve?.(result)
  })
  let id = 0
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, [resolve, reject])
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
  await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } })
  const helloMs = performance.now() - started
  await ask('tools/list', {})
  return {
    helloMs,
    listMs: performance.now() - started,
    rssMiB: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    call: (name, args) => ask('tools/call', { name, arguments: args }),
    close: () =>
      new Promise((resolve) => {
        child.on('exit', resolve)
        child.stdin.end()
      }),
  }
}

async function time(count, action) {
  await action(-1)
  const times = []
  for (let i = 0; i < count; i++) {
    const started = performance.now()
    await action(i)
    times.push(performance.now() - started)
  }
  return median(times)
}

const native = (file, args) => time(20, () => execFileSync(file, args, { stdio: 'ignore' }))

const samples = {}
function record(key, value) {
  samples[key] ??= []
  samples[key].push(value)
}
const text = Array.from({ length: 16384 }, (_, i) => `${String(i).padStart(8, '0')} ${'lorem ipsum dolor sit amet '.slice(0, 54)}`)
  .join('\n')
  .slice(0, 1 << 20)
writeFileSync(join(root, 'large'), text)
for (let i = 0; i < 4000; i++) {
  mkdirSync(join(root, 'tree', String(i % 100)), { recursive: true })
  writeFileSync(join(root, 'tree', String(i % 100), `${i}.txt`), `${text.slice(0, 8000)}${i % 400 === 0 ? '\nNEEDLE here\n' : ''}`)
}

const servers = {
  sdk: [await bundledFloor()],
  plain: [here('floors/plain.mjs')],
  ours: [here('../../bin/mcp-twin.mjs'), 'serve', '--root', root, '--terminal', 'on'],
}
const small = { sdk: ['echo', { message: 'hello' }], plain: ['echo', { message: 'hello' }], ours: ['get_config', {}] }
const path = join(root, 'large')
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [name, args] of Object.entries(servers)) {
    const server = await open(args)
    record(`cold hello ${name}`, server.helloMs)
    record(`cold list ${name}`, server.listMs)
    await new Promise((resolve) => setTimeout(resolve, 200))
    record(`rss start ${name}`, server.rssMiB())
    record(`small ${name}`, await time(200, () => server.call(...small[name])))
    record(`rss calls ${name}`, server.rssMiB())
    if (name === 'plain') {
      record('read plain', await time(9, () => server.call('read', { path })))
      record('write plain', await time(9, (i) => server.call('write', { path: join(root, `p${i}`), content: text })))
      record('search plain', await time(5, () => server.call('search', { path: join(root, 'tree'), pattern: 'NEEDLE', rg })))
      record('run plain', await time(20, () => server.call('run', { command: 'true', shell: '/bin/bash' })))
    }
    if (name === 'ours') {
      record('read ours', await time(9, () => server.call('read_file', { path })))
      record('write ours', await time(9, (i) => server.call('write_file', { path: join(root, `o${i}`), content: text })))
      record('search ours', await time(5, () => server.call('search_text', { path: join(root, 'tree'), pattern: 'NEEDLE', literal: true })))
      record('run ours', await time(20, () => server.call('execute_command', { command: 'true', shell: 'bash' })))
    }
    await server.close()
  }
  record('search rg', await native(rg, ['-n', '-F', '--', 'NEEDLE', join(root, 'tree')]))
  record('run spawn', await native('/bin/bash', ['-c', 'true']))
}
rmSync(work, { recursive: true, force: true })

const rows = [
  ['cold start, hello answered (ms)', 'cold hello ours', 'cold hello sdk', 1.15],
  ['cold start, tools listed (ms)', 'cold list ours', 'cold list sdk', 1.15],
  ['small call (ms)', 'small ours', 'small sdk', 1.25],
  ['read 1 MiB (ms)', 'read ours', 'read plain', 1.2],
  ['write 1 MiB (ms)', 'write ours', 'write plain', 1.2],
  ['search text (ms)', 'search ours', 'search rg', 1.2],
  ['execute true, beside the plain server (ms)', 'run ours', 'run plain', null],
  ['execute true, beside spawn (ms)', 'run ours', 'run spawn', 1.3],
  ['memory after the start (MiB)', 'rss start ours', 'rss start sdk', 1.3],
  ['memory after 200 calls (MiB)', 'rss calls ours', 'rss calls sdk', 1.3],
].map(([what, ours, floor, limit]) => ({ what, ours: median(samples[ours]), floor: median(samples[floor]), limit }))
console.log('| what | ours | floor | ratio | limit |\n| --- | ---: | ---: | ---: | ---: |')
for (const { what, ours, floor, limit } of rows)
  console.log(`| ${what} | ${ours.toPrecision(3)} | ${floor.toPrecision(3)} | ${(ours / floor).toFixed(2)} | ${limit ?? ''} |`)
const above = rows.filter(({ ours, floor, limit }) => limit !== null && ours / floor > limit)
if (options.check && above.length > 0) {
  console.error(`above the limit: ${above.map(({ what }) => what).join('; ')}`)
  process.exitCode = 1
}
