import type { MiniRegistry, Published } from '../../support/mini-registry.ts'

/** A server that answers, and says which version it is. */
const answering = (version: string): string => `#!/usr/bin/env node
const { createInterface } = require('node:readline')
const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line)
  if (method === 'initialize') say(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'tiny', version: '${version}' } })
  else if (method === 'tools/list') say(id, { tools: [{ name: 'version_${version.replaceAll('.', '_')}', inputSchema: { type: 'object' } }] })
  else if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } }) + '\\n')
}).on('close', () => process.exit(0))
`

const silent = `#!/usr/bin/env node
console.error('this version wants a newer world')
process.exit(1)
`

/** \`tiny-mcp\` in one version; one that does not answer ends at once, with a word on stderr. */
export const tiny = (version: string, answers = true, name = 'tiny-mcp'): Published => ({
  manifest: { name, version, bin: { [name]: 'server.js' } },
  files: { 'server.js': answers ? answering(version) : silent },
})

export const npmrcFor = ({ url }: MiniRegistry): string => `registry=${url}\nfetch-retries=0\n`
