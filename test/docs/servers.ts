import { builtinServers } from '../../src/catalog/servers/index.ts'
import { code, page, table } from './markdown.ts'

/** docs/reference/servers.md. */
export const serversPage = async (): Promise<string> => {
  const all = await builtinServers()
  return page('Built-in servers', [
    '`init` offers them, `mcp-twin add NAME` adds one. Anything else is added by its package, address or command: [every day](../everyday.md#add-a-server).',
    table(
      ['name', 'what', 'comes from', 'keys'],
      all.map(({ name, description, server, keys }) => [
        code(name),
        description,
        code(server.package ?? server.url ?? server.command ?? ''),
        keys.map((key) => `[${key.name}](${key.url})`).join(', '),
      ]),
    ),
    ...all
      .filter(({ notes }) => notes.length > 0)
      .map(({ name, notes }) =>
        [`## ${name}`, ...notes.map((note) => `- ${note}`)].join('\n\n').replaceAll('\n\n- ', '\n- ').replace('\n- ', '\n\n- '),
      ),
  ])
}
