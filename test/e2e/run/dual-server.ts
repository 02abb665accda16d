import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

// A server of both protocol eras, bundled into one file for a package of the tests.
serveStdio(() => {
  const server = new McpServer({ name: 'dual', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } })
  server.registerTool('tell', { description: 'tells its key' }, () => ({ content: [{ type: 'text', text: `key ${process.env.K}` }] }))
  return server
})
