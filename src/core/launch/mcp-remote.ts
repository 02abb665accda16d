import type { ServerSpec } from '../../model/manifest.ts'
import { isKeyName } from '../keys/judge.ts'

/** The remote server behind `mcp-remote`, or why nothing else can be proven to answer as it does. */
type Behind = { readonly server: Pick<ServerSpec, 'url' | 'transport' | 'headers'> } | { readonly stays: string }

/** True for the package that relays stdio to a remote server, in any version. */
export const isMcpRemote = ({ package: words, bin }: Pick<ServerSpec, 'package' | 'bin'>): boolean =>
  bin === undefined && /^mcp-remote(?:@|$)/.test(words ?? '')

/** Its transport strategies, and what they are in the manifest; `http-first` is its default and ours. */
const strategies: ReadonlyMap<string, ServerSpec['transport']> = new Map([
  ['http-first', undefined],
  ['http-only', 'http'],
  ['sse-only', 'sse'],
])

const stays = (why: string): Behind => ({ stays: why })

/**
 * Reads the arguments of `mcp-remote` as its version 0.15.1 does (`parseCommandLineArgs`): the address comes first, a value never
 * follows `=`, and variables of its environment fill headers (`--header "Authorization:${AUTH}"`). Without a header that
 * is a key it may log in by itself (OAuth), and that login stays with it.
 */
export function behindMcpRemote(args: readonly string[], env: Readonly<Record<string, string>>): Behind {
  const [url = '', ...rest] = args
  if (!/^https?:\/\/\S+$/i.test(url) || !URL.canParse(url)) return stays('its address is not the first argument')
  const headers: [string, string][] = []
  const used = new Set<string>()
  let transport: ServerSpec['transport']
  let strategy: string | undefined
  for (let at = 0; at < rest.length; at++) {
    const flag = rest[at] ?? ''
    if (flag === '--allow-http' || flag === '--silent') continue
    const value = rest[at + 1]
    if (flag === '--transport' && value !== undefined && strategy === undefined) {
      if (!strategies.has(value)) return stays(`--transport ${value} has no equal in the manifest`)
      strategy = value
      transport = strategies.get(value)
      at++
    } else if (flag === '--header' && value !== undefined) {
      const [, name, text] = /^([A-Za-z0-9_-]+):\s*([\s\S]*)$/.exec(value) ?? []
      const filled = text === undefined ? null : fill(text, env, used)
      if (name === undefined || filled === null) return stays('a header of it is filled in from elsewhere')
      headers.push([name, filled])
      at++
    } else return stays(/^--[\w-]+/.test(flag) ? `${/^--[\w-]+/.exec(flag)?.[0]} has no equal in the manifest` : 'it has a port of its own')
  }
  if (!headers.some(([name]) => isKeyName(name) || /^(?:proxy-)?authorization$|^cookie$/i.test(name)))
    return stays('it may hold a login of its own (OAuth)')
  const foreign = Object.keys(env).find((name) => !used.has(name))
  if (foreign !== undefined) return stays(`the variable ${foreign} is for mcp-remote itself`)
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !['localhost', '127.0.0.1'].includes(hostname) && !rest.includes('--allow-http'))
    return stays('without --allow-http it does not reach that address')
  return { server: { url, ...(transport === undefined ? {} : { transport }), headers: Object.fromEntries(headers) } }
}

/** Null: a variable in it is not the entry's own, and only the program that starts it knows its value. */
function fill(text: string, env: Readonly<Record<string, string>>, used: Set<string>): string | null {
  let known = true
  const filled = text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    known &&= Object.hasOwn(env, name)
    used.add(name)
    return env[name] ?? ''
  })
  return known ? filled : null
}
