// 32 clients of the built bridge for a while: node test/bench/bridge-clients.mjs [minutes, default 60] [program]
// 16 over HTTP and 8 over WebSocket to one process (a quarter of all of 2026-07-28), 8 over stdio with a process each, all over one home.
// Every answer is compared with what that client alone wrote; memory, open files and children are read now and then.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { WebSocket } from 'ws'

const minutes = Number(process.argv[2] ?? 60)
const program = process.argv[3] ?? fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const pauseMs = Number(process.env.PAUSE_MS ?? 150)
const home = mkdtempSync(join(tmpdir(), 'bridge-clients-'))
const env = { PATH: process.env.PATH, HOME: home }
const flags = ['--terminal', 'on', '--client', 'soak']
const service = spawn(process.execPath, [program, 'serve', '--http', '0', '--ws', '0', ...flags], {
  env,
  stdio: ['ignore', 'ignore', 'pipe'],
})
const [port, wsPort] = await new Promise((resolve) => {
  let said = ''
  service.stderr.on('data', (chunk) => {
    said += chunk
    const found = /http:\/\/127\.0\.0\.1:(\d+)\/mcp[\s\S]*ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)
    if (found) resolve(found.slice(1))
  })
})
const token = () => JSON.parse(execFileSync(process.execPath, [program, 'session', 'new', '--json'], { env }).toString()).token
const tokens = [token(), token(), token()]

/** The SDK's client interface over ws's client. */
class WebSocketTransport {
  constructor(url, token) {
    this.socket = new WebSocket(url, ['mcp', token])
    this.socket.on('message', (data) => this.onmessage?.(JSON.parse(String(data))))
    this.socket.on('close', () => this.onclose?.())
  }
  start() {
    return new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject))
  }
  async send(message) {
    this.socket.send(JSON.stringify(message))
  }
  async close() {
    this.socket.close()
  }
}

async function connect(index) {
  const client = new Client({ name: `soak-${index}`, version: '1' }, index % 4 === 0 ? { versionNegotiation: { mode: 'auto' } } : {})
  const token = tokens[index % tokens.length]
  const overNet =
    index < 16
      ? new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), {
          requestInit: { headers: { Authorization: `Bearer ${token}` } },
        })
      : index < 24
        ? new WebSocketTransport(`ws://127.0.0.1:${wsPort}/`, token)
        : null
  const transport = overNet ?? new StdioClientTransport({ command: process.execPath, args: [program, 'serve', ...flags], env })
  await client.connect(transport)
  return { client, pid: transport.pid }
}

const clients = await Promise.all(Array.from({ length: 32 }, (_, index) => connect(index)))
const watched = [service.pid, ...clients.flatMap(({ pid }) => pid ?? [])]
let calls = 0
let wrong = 0
const errors = []
const until = performance.now() + minutes * 60_000

async function work({ client }, index) {
  const call = async (name, args) => {
    calls++
    const result = await client.callTool({ name, arguments: args })
    const text = result.content.map((part) => part.text ?? '').join('\n')
    if (result.isError) errors.push(`${name}: ${text.slice(0, 200)}`)
    return text
  }
  for (let round = 0; performance.now() < until; round++) {
    const mine = `client ${index} round ${round}`
    try {
      await call('write_file', { path: `f${index}`, content: `${mine}\n` })
      const answers = await Promise.all([
        call('read_file', { path: `f${index}` }),
        call('read_file', { path: `f${index}`, offset: 0, limit: 1 }),
        round % 20 === 0 ? call('execute_command', { command: `cat f${index}` }) : `${mine}\n`,
        round % 20 === 10 ? call('search_text', { path: `f${index}`, pattern: 'client' }) : mine,
      ])
      if (answers.some((answer) => !answer.includes(mine))) wrong++
      await call('edit_file', { path: `f${index}`, edits: [{ old_string: mine, new_string: `${mine} done` }] })
    } catch (error) {
      errors.push(String(error).slice(0, 200))
    }
    await sleep(pauseMs * (0.5 + Math.random()))
  }
}

const status = (pid, pattern) => Number(pattern.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
const usage = () => {
  const rss = watched.map((pid) => status(pid, /VmRSS:\s+(\d+)/) / 1024)
  const children = watched.map((pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).length)
  return {
    calls,
    httpMiB: Math.round(rss[0]),
    stdioMiB: Math.round(rss.slice(1).reduce((a, b) => a + b, 0) / 8),
    httpFiles: readdirSync(`/proc/${watched[0]}/fd`).length,
    stdioFiles: Math.max(...watched.slice(1).map((pid) => readdirSync(`/proc/${pid}/fd`).length)),
    children: children.reduce((a, b) => a + b, 0),
    wrong,
    errors: errors.length,
  }
}
const rows = []
const every = Math.max(5000, (minutes * 60_000) / 20)
const timer = setInterval(() => {
  rows.push({ minute: +((performance.now() - until) / 60_000 + minutes).toFixed(1), ...usage() })
  console.log(JSON.stringify(rows.at(-1)))
}, every)
await Promise.all(clients.map(work))
clearInterval(timer)
await sleep(1000)
rows.push({ minute: minutes, ...usage() })
console.table(rows)
// A straight line through the readings after the first fifth.
const settled = rows.slice(Math.ceil(rows.length / 5))
for (const key of ['httpMiB', 'stdioMiB']) {
  const mean = (name) => settled.reduce((sum, row) => sum + row[name], 0) / settled.length
  const [x, y] = [mean('calls'), mean(key)]
  const slope =
    settled.reduce((sum, row) => sum + (row.calls - x) * (row[key] - y), 0) / settled.reduce((sum, row) => sum + (row.calls - x) ** 2, 0)
  console.log(`${key} grows by ${(slope * 10_000).toFixed(2)} per 10 000 calls of all`)
}
console.log(`${calls} calls, ${wrong} wrong answers, ${errors.length} errors`, [...new Set(errors)].slice(0, 5))
await Promise.all(clients.map(({ client }) => client.close()))
service.kill('SIGTERM')
await new Promise((resolve) => service.on('exit', resolve))
await sleep(1000)
console.log(
  `left over: ${
    watched.filter((pid) => {
      try {
        process.kill(pid, 0)
        return true
      } catch {
        return false
      }
    }).length
  } processes`,
)
rmSync(home, { recursive: true, force: true })
