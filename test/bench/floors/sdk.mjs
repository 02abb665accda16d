// The SDK alone: one echo tool, both eras. What any server on it costs before it does anything.
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

serveStdio(() => {
  const server = new McpServer({ name: 'sdk-floor', version: '0' })
  server.registerTool('echo', { description: 'echo', inputSchema: z.object({ message: z.string() }) }, async ({ message }) => ({
    content: [{ type: 'text', text: message }],
  }))
  return server
})
