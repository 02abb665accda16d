import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { ServerStart } from './mcp.ts'

/** The eras of the protocol that a client may speak. */
export const eras = ['legacy', 'modern'] as const
export type Era = (typeof eras)[number]

const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n') : ''

/** A real MCP client of one era, connected to a server of its own. `told`: what it was notified of, null for a changed list. */
export async function program(name: string, era: Era, { command, args, env, cwd }: Omit<ServerStart, 'timeoutMs'>) {
  const told: (string | null)[] = []
  const client = new Client(
    { name: `${name} of a test`, version: '1' },
    era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
  )
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void told.push(null))
  const transport = new StdioClientTransport({ command, args: [...args], env, cwd })
  await client.connect(transport)
  /** What a tool answers, as its model reads it and as data; its refusal is an error. */
  const ask = async (tool: string, given: object = {}): Promise<{ text: string; data: Record<string, unknown> }> => {
    const { structuredContent, content, isError } = await client.callTool({ name: tool, arguments: { ...given } })
    if (isError === true) throw new Error(`${tool}: ${textOf(content)}`)
    return { text: textOf(content), data: (structuredContent ?? {}) as Record<string, unknown> }
  }
  return {
    ...{ client, told, ask },
    pid: () => transport.pid,
    data: async (tool: string, given: object = {}) => (await ask(tool, given)).data,
    text: async (tool: string, given: object = {}) => (await ask(tool, given)).text,
    /** What a prompt gives its model. */
    async prompt(prompt: string, given: Record<string, string> = {}) {
      const { messages } = await client.getPrompt({ name: prompt, arguments: given })
      return textOf(messages.map(({ content }) => content))
    },
  }
}

export type Program = Awaited<ReturnType<typeof program>>
