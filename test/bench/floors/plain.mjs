// No SDK, no checks, no limits: what Node costs to do the plain thing over stdio.
import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

const output = (file, args) => new Promise((resolve) => execFile(file, args, { maxBuffer: 1 << 30 }, (_error, stdout) => resolve(stdout)))

/** ms of a shell from its start to its end and that of its output: the least that running a command can take in Node. */
function timeShell({ command, shell }) {
  return new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(shell, ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.resume()
    child.on('close', () => resolve(String(performance.now() - started)))
  })
}

const tools = {
  echo: async ({ message }) => message,
  read: ({ path }) => readFile(path, 'utf8'),
  write: ({ path, content }) => writeFile(path, content).then(() => 'ok'),
  search: ({ path, pattern, rg }) => output(rg, ['-n', '-F', '--', pattern, path]),
  run: ({ command, shell }) => output(shell, ['-c', command]),
  spawn: timeShell,
}
async function answer({ method, params }) {
  if (method === 'initialize')
    return { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'plain-floor', version: '0' } }
  if (method === 'tools/list') return { tools: Object.keys(tools).map((name) => ({ name, inputSchema: { type: 'object' } })) }
  return { content: [{ type: 'text', text: await tools[params.name](params.arguments) }] }
}
createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line)
  if (message.id !== undefined)
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: await answer(message) })}\n`)
})
