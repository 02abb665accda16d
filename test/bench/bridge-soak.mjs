// Memory, open files and answers of the built bridge over many calls: node test/bench/bridge-soak.mjs [calls, default 100000]
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const calls = Number(process.argv[2] ?? 100_000)
const home = mkdtempSync(join(tmpdir(), 'bridge-soak-'))
const program = fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const child = spawn(process.execPath, [program, 'serve', '--client', 'soak', '--root', home, '--terminal', 'on'], {
  env: { PATH: process.env.PATH, HOME: home },
  stdio: ['pipe', 'pipe', 'inherit'],
})
const waiting = new Map()
createInterface({ input: child.stdout }).on('line', (line) => {
  const { id, result } = JSON.parse(line)
  waiting.get(id)?.(result)
  waiting.delete(id)
})
let id = 0
const ask = (method, params) =>
  new Promise((resolve) => {
    waiting.set(++id, resolve)
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
  })
const tool = async (name, args) => {
  const result = await ask('tools/call', { name, arguments: args })
  if (result?.isError) throw new Error(`${name}: ${result.content[0].text}`)
}
const usage = () => ({
  rssMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024),
  files: readdirSync(`/proc/${child.pid}/fd`).length,
  children: readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).length,
})
await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'soak', version: '1' } })
writeFileSync(join(home, 'f'), 'text\n'.repeat(100))
const turns = [
  () => tool('get_config', {}),
  () => tool('read_file', { path: join(home, 'f') }),
  () => tool('write_file', { path: join(home, 'g'), content: 'x' }),
  () => tool('file_info', { path: join(home, 'f') }),
  () => tool('list_directory', { path: home }),
]
const rare = [
  () => tool('execute_command', { command: 'echo x' }),
  () => tool('search_text', { path: home, pattern: 'text', max_results: 5 }),
]
const rows = []
const started = performance.now()
for (let done = 0; done <= calls; done += 500) {
  if (done % (calls / 10) === 0) rows.push({ calls: done, ...usage(), seconds: Math.round((performance.now() - started) / 1000) })
  await Promise.all(Array.from({ length: 500 }, (_, i) => (i % 250 === 0 ? rare[(i / 250) % 2]() : turns[i % turns.length]())))
}
console.table(rows)
// A straight line through the readings after the first fifth: single readings move with the collector.
const settled = rows.slice(2)
const mean = (key) => settled.reduce((sum, row) => sum + row[key], 0) / settled.length
const [x, y] = [mean('calls'), mean('rssMiB')]
const slope =
  settled.reduce((sum, row) => sum + (row.calls - x) * (row.rssMiB - y), 0) / settled.reduce((sum, row) => sum + (row.calls - x) ** 2, 0)
console.log(`memory grows by ${(slope * 10_000).toFixed(2)} MiB per 10 000 calls`)
child.stdin.end()
await new Promise((resolve) => child.on('exit', resolve))
rmSync(home, { recursive: true, force: true })
