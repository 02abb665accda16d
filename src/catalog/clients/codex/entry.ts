import type { Spelling } from '../../../model/client.ts'
import type { JsonObject } from '../../../model/entry.ts'

/** Keys of one transport, which make the whole file invalid beside the other (`RawMcpServerConfig` of openai/codex). */
const ofStdio = ['args', 'env', 'cwd', 'env_vars']
const ofHttp = ['http_headers', 'env_http_headers', 'http_headers_helper', 'bearer_token_env_var', 'oauth', 'oauth_resource']

/** What takes a header from the environment or a program: it has no form that other clients read. */
const fromElsewhere = ['bearer_token_env_var', 'env_http_headers', 'http_headers_helper']

/**
 * How Codex spells an entry (developers.openai.com/codex/mcp). Its remote servers speak Streamable HTTP; one that speaks SSE is
 * relayed to. Plain `headers` mean nothing to it.
 */
export const codexSpelling: Spelling = {
  remote: ({ url, transport, headers }) =>
    transport === 'sse' ? null : { url, ...(Object.keys(headers).length === 0 ? {} : { http_headers: { ...headers } }) },
  read: ({ http_headers, headers: _, type: __, transport: ___, ...rest }) => {
    const key = fromElsewhere.find((each) => rest[each] !== undefined && rest[each] !== null)
    if (key !== undefined) return { unreadable: `"${key}" takes a header from elsewhere, which only Codex can do` }
    return http_headers === undefined ? rest : { ...rest, headers: http_headers }
  },
  keys: ['http_headers', ...fromElsewhere],
  excludes: (value: JsonObject) => (value.url === undefined ? ofHttp : ['command', ...ofStdio]),
}

/** Names as Codex takes them in a table of `mcp_servers`. */
export const codexNameFits = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name)
