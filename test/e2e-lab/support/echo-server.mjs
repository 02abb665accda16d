// A small MCP server that tells how it was started: its one tool answers with its words, its variables and its folder.
import { createInterface } from 'node:readline'

const names = process.argv.filter((word) => word.startsWith('--tell=')).flatMap((word) => word.slice(7).split(','))
const seen = {
  platform: process.platform,
  argv: process.argv.slice(2),
  env: Object.fromEntries(names.map((name) => [name, process.env[name]])),
  variables: Object.keys(process.env).length,
  home: process.env.MCP_TWIN_HOME,
  cwd: process.cwd(),
}
const answers = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: `echo on ${process.platform}`, version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [{ name: 'tell', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify(seen) }] }),
}
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method } = JSON.parse(line)
    if (id === undefined) return
    const answer = answers[method]
    const end = answer ? { result: answer() } : { error: { code: -32601, message: 'unknown' } }
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...end })}\n`)
  })
  .on('close', () => process.exit())
