import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import type { Scratch } from '../../support/scratch.ts'

/** The eras of the protocol that a client may speak. */
export const eras = ['legacy', 'modern'] as const

/** A real MCP client of one era, connected to a bridge of its own. `told`: what it was notified of, null for a changed list. */
export async function sdkClient(
  place: Scratch,
  name: string,
  era: (typeof eras)[number],
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const told: (string | null)[] = []
  const client = new Client({ name, version: '1' }, era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {})
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void told.push(null))
  const args = [cliPath, 'serve', '--client', name, ...words]
  const transport = new StdioClientTransport({ command: nodePath, args, env: { ...place.env, ...env }, cwd: place.root })
  await client.connect(transport)
  return {
    client,
    told,
    pid: () => transport.pid,
    /** What a tool answers as data; its refusal is an error. */
    async data(tool: string, args: object = {}): Promise<Record<string, unknown>> {
      const { structuredContent, content, isError } = await client.callTool({ name: tool, arguments: { ...args } })
      if (isError === true) throw new Error(JSON.stringify(content))
      return (structuredContent ?? {}) as Record<string, unknown>
    },
    call: (tool: string, args: object) => client.callTool({ name: tool, arguments: { ...args } }),
  }
}

export type SdkClient = Awaited<ReturnType<typeof sdkClient>>
