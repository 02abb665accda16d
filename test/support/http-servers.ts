import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'
import { nodePath, toolPath } from './machine.ts'
import { testServers } from './servers.ts'

/** A remote server on loopback, and the requests that reached it. */
export interface TestRemote {
  readonly url: string
  readonly requests: { readonly method: string; readonly headers: IncomingMessage['headers'] }[]
  close(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The reference server `everything` over HTTP, in a process of its own, which ends with the test. */
export async function everything(transport: 'streamableHttp' | 'sse'): Promise<{ url: string; child: ChildProcess }> {
  const { everything: js } = await testServers()
  const port = await freePort()
  const child = spawn(nodePath, [js, transport], { env: { PATH: toolPath, PORT: String(port) }, stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const url = `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`
  for (let tries = 0; tries < 1200; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/`)
      .then(() => true)
      .catch(() => false)
    if (up) return { url, child }
    await pause(50)
  }
  throw new Error(`${transport} did not listen`)
}

export interface ModernOptions {
  /** Asked for in the header `x-api-key`; anything else is answered with 401. */
  readonly key?: string
}

/** A server on the SDK's present line: the era of 2026-07-28, and older clients statelessly beside it. */
export async function modern(options: ModernOptions = {}): Promise<TestRemote> {
  const build = () => {
    const server = new McpServer({ name: 'modern', version: '1.0.0' })
    const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
    server.registerTool(
      'echo',
      { inputSchema: fromJsonSchema({ type: 'object', properties: { text: { type: 'string' } } }) },
      async (args) => text(`echo ${JSON.stringify(args)}`),
    )
    server.registerTool('slow', { inputSchema: fromJsonSchema({ type: 'object' }) }, async (_args, ctx) => {
      await new Promise((resolve) => ctx.mcpReq.signal.addEventListener('abort', resolve))
      return text('cancelled')
    })
    return server
  }
  const handle = toNodeHandler(createMcpHandler(build))
  const requests: TestRemote['requests'] = []
  const server: Server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', headers: request.headers })
    if (options.key !== undefined && request.headers['x-api-key'] !== options.key) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('who are you?')
      return
    }
    void handle(Object.assign(request, { method: request.method ?? 'GET', url: request.url ?? '/' }), response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}/mcp`, requests, close }
}

/** A remote server of one tool on loopback that speaks Streamable HTTP, the older SSE, or both at one address. */
export async function tinyRemote(speaks: readonly ('http' | 'sse')[], options: ModernOptions = {}): Promise<TestRemote> {
  const requests: TestRemote['requests'] = []
  let stream: ServerResponse | null = null
  const answer = ({ id, method }: { id: unknown; method: string }): string =>
    JSON.stringify({
      ...{ jsonrpc: '2.0', id },
      ...(method === 'initialize'
        ? { result: { protocolVersion: '2025-03-26', capabilities: { tools: {} }, serverInfo: { name: 'tiny', version: '1' } } }
        : method === 'tools/list'
          ? { result: { tools: [{ name: 'tell', inputSchema: { type: 'object' } }] } }
          : { error: { code: -32_601, message: 'no such method' } }),
    })
  const server = createServer(async (request, response) => {
    requests.push({ method: request.method ?? '', headers: request.headers })
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (options.key !== undefined && request.headers['x-api-key'] !== options.key) return response.writeHead(401).end()
    if (pathname !== '/mcp' && pathname !== '/message') return response.writeHead(404).end()
    if (request.method === 'GET' && pathname === '/mcp' && speaks.includes('sse')) {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
      return stream.write('event: endpoint\ndata: /message\n\n')
    }
    if (request.method !== 'POST' || (pathname === '/mcp' && !speaks.includes('http'))) return response.writeHead(405).end()
    const message = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { id: unknown; method: string }
    if (pathname === '/message') {
      response.writeHead(202).end()
      if (message.id !== undefined) stream?.write(`event: message\ndata: ${answer(message)}\n\n`)
    } else if (message.id === undefined) response.writeHead(202).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer(message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}/mcp`, requests, close }
}
