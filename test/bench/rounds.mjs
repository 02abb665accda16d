// Side by side: every case once a round, each round begun one case further on, so that drift of the machine hits all alike.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Measures the cases, `{ name: async () => ms }`, in interleaved rounds after one round that does not count.
 * A case that throws is out, with its reason.
 */
export async function measure(cases, rounds) {
  const samples = new Map(Object.keys(cases).map((name) => [name, []]))
  const failures = new Map()
  const names = Object.keys(cases)
  for (let round = -1; round < rounds; round++) {
    for (const [at] of names.entries()) {
      const name = names[(at + round + names.length) % names.length]
      if (failures.has(name)) continue
      try {
        const ms = await cases[name]()
        if (round >= 0) samples.get(name).push(ms)
      } catch (error) {
        failures.set(name, String(error.message).split('\n')[0])
      }
    }
  }
  return { samples, failures }
}

/** ms from start to end of a program that must succeed. */
export function timeProgram(argv, { env, cwd, exits = [0] }) {
  const began = performance.now()
  const { status, stderr, error } = spawnSync(argv[0], argv.slice(1), { env, cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
  const ms = performance.now() - began
  if (error) throw error
  if (!exits.includes(status)) throw new Error(`exit ${status}: ${String(stderr).trim().split('\n')[0]}`)
  return ms
}

/** ms from starting an MCP stdio server to its answer to `initialize`. It is ended before this returns. */
export function timeServer(argv, { env, cwd }) {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(argv[0], argv.slice(1), { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    let ms
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (ms === undefined) reject(new Error(`no answer, exit ${code}: ${said.trim().split('\n').at(-1)}`))
      else resolve(ms)
    })
    createInterface({ input: child.stdout }).on('line', () => {
      ms ??= performance.now() - began
      child.stdin.end()
      setTimeout(() => child.kill('SIGKILL'), 2000).unref()
    })
    child.stdin.on('error', () => {})
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  })
}
