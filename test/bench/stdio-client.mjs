// A stdio client that does as little as can be: one JSON.parse a message.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Starts a node program as an MCP server and shakes hands. `env` and `cwd` are all that it gets. */
export async function open(args, { env, cwd }) {
  const started = performance.now()
  const child = spawn(process.execPath, args, { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map()
  child.on('exit', (code) => {
    for (const [, reject] of waiting.values()) reject(new Error(`${args[0]} ended with ${code}`))
  })
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
    pid: child.pid,
    helloMs,
    listMs: performance.now() - started,
    rssMiB: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    files: () => readdirSync(`/proc/${child.pid}/fd`).length,
    children: () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).length,
    call: (name, args) => ask('tools/call', { name, arguments: args }),
    close: () =>
      new Promise((resolve) => {
        child.on('exit', resolve)
        child.stdin.end()
      }),
  }
}
