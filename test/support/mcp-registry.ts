import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server as its publisher describes it. */
export interface Listed {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly [more: string]: unknown
}

/** A stand-in of the published registry API (2025-12-01), on loopback. */
export interface McpRegistry {
  readonly url: string
  /** What it was asked for: paths with their query. */
  readonly requests: string[]
  publish(server: Listed, status?: 'active' | 'deprecated' | 'deleted'): void
  /** From now on it answers in this way instead. */
  answer?: (response: ServerResponse) => void
}

export async function mcpRegistry(): Promise<McpRegistry> {
  const published: { server: Listed; _meta: object }[] = []
  const requests: string[] = []
  const self: Omit<McpRegistry, 'url'> & { answer?: McpRegistry['answer'] } = {
    requests,
    publish: (server, status = 'active') =>
      void published.unshift({
        server: { description: '', ...server },
        _meta: { 'io.modelcontextprotocol.registry/official': { status } },
      }),
  }
  const http = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (self.answer !== undefined) return self.answer(response)
    const url = new URL(request.url ?? '', 'http://registry')
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const [, name, version] = /^\/v0\.1\/servers\/([^/]+)\/versions\/([^/]+)$/.exec(url.pathname)?.map(decodeURIComponent) ?? []
    if (url.pathname === '/v0.1/servers') {
      const word = url.searchParams.get('search')?.toLowerCase() ?? ''
      const names = new Set<string>()
      const hits = published.filter(
        ({ server }) => server.name.toLowerCase().includes(word) && !names.has(server.name) && names.add(server.name),
      )
      const limit = Number(url.searchParams.get('limit') ?? 30)
      const metadata = { count: Math.min(hits.length, limit), ...(hits.length > limit && { nextCursor: 'c' }) }
      return say(200, { servers: hits.slice(0, limit), metadata })
    }
    const found = published.find(({ server }) => server.name === name && (version === 'latest' || server.version === version))
    return found === undefined ? say(404, { error: 'Server not found' }) : say(200, found)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return Object.assign(self, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` })
}
