import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server'
import { limits } from '../base/limits.ts'
import type { Rejection } from './request.ts'

export type AuthorizedRequest = IncomingMessage & { auth?: AuthInfo }

interface OpenSession {
  readonly transport: NodeStreamableHTTPServerTransport
  /** The session of the token that opened it: nobody else's token reaches it. */
  readonly owner: string
  usedAt: number
}

/**
 * Connections of the handshake era over HTTP: one protocol server and one transport each, so that no answer can reach
 * another client (CVE-2026-25536), bound to the token that opened them.
 */
export class HttpSessions {
  private readonly kept = new Map<string, OpenSession>()
  private readonly factory: McpServerFactory
  private readonly now: () => number

  constructor(factory: McpServerFactory, now: () => number) {
    this.factory = factory
    this.now = now
  }

  /** Serves a request of the handshake era, or says why not. */
  async serve(request: AuthorizedRequest, response: ServerResponse, body: unknown, owner: string): Promise<Rejection | null> {
    const id = request.headers['mcp-session-id']
    if (id === undefined) {
      const transport = await this.open(owner)
      await transport.handleRequest(request, response, body)
      // Anything but a good handshake opened nothing.
      if (transport.sessionId === undefined) await transport.close()
      return null
    }
    const found = typeof id === 'string' ? this.kept.get(id) : undefined
    if (found === undefined || found.owner !== owner) return { status: 404, why: 'There is no such session; initialize again.' }
    found.usedAt = this.now()
    await found.transport.handleRequest(request, response, body)
    return null
  }

  /** What is to be closed: not used for long, or of an owner that has ended. */
  over(hasEnded: (owner: string) => boolean): readonly { close(): Promise<void> }[] {
    return [...this.kept.values()]
      .filter(({ owner, usedAt }) => this.now() - usedAt > limits.httpSessionIdleMs || hasEnded(owner))
      .map(({ transport }) => transport)
  }

  async close(): Promise<void> {
    await Promise.all([...this.kept.values()].map(({ transport }) => transport.close()))
  }

  /** Closes the least recently used session of the token that has the most: no token keeps another out. */
  private async makeRoom(): Promise<void> {
    const all = [...this.kept.values()]
    const count = (owner: string): number => all.filter((each) => each.owner === owner).length
    const most = Math.max(...all.map(({ owner }) => count(owner)))
    const [oldest] = all.filter(({ owner }) => count(owner) === most).sort((one, other) => one.usedAt - other.usedAt)
    await oldest?.transport.close()
  }

  private async open(owner: string): Promise<NodeStreamableHTTPServerTransport> {
    const server = await this.factory({ era: 'legacy', authInfo: { token: '', clientId: owner, scopes: [] } })
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      maxRequestBodySize: limits.httpBody,
      onsessioninitialized: async (id) => {
        if (this.kept.size >= limits.httpSessions) await this.makeRoom()
        this.kept.set(id, { transport, owner, usedAt: this.now() })
      },
    })
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.kept.delete(transport.sessionId)
    }
    await server.connect(transport)
    return transport
  }
}
