import type { Remote } from '../../model/entry.ts'

/** Ways of `mcp-remote` to speak, as ours. The ones that try both are left to it. */
const transports: ReadonlyMap<string, Remote['transport']> = new Map([
  ['http-only', 'http'],
  ['http-first', 'http'],
  ['sse-only', 'sse'],
])

/**
 * The server behind `mcp-remote URL --header …`, a package that relays stdio to a remote server. It puts variables of
 * its own environment into headers (`--header "Authorization:${AUTH}"`), so they are filled in here. Null without a
 * header: then it may hold a login of its own (OAuth) that nothing else can use; and null for options that a plain
 * address cannot say.
 */
export function behindMcpRemote(args: readonly string[], env: Readonly<Record<string, string>>): Remote | null {
  const [url = '', ...rest] = args
  if (!/^https?:\/\/\S+$/i.test(url)) return null
  const headers: [string, string][] = []
  const used = new Set<string>()
  let transport: Remote['transport'] = 'http'
  for (let at = 0; at < rest.length; at++) {
    const [, flag = '', value] = /^(--[\w-]+)(?:=([\s\S]*))?$/.exec(rest[at] ?? '') ?? []
    if (flag === '--allow-http' || flag === '--silent') continue
    const given = value ?? rest[++at]
    if (given === undefined) return null
    if (flag === '--transport') {
      const known = transports.get(given)
      if (known === undefined) return null
      transport = known
    } else if (flag === '--header') {
      const [, name, text] = /^\s*([^\s:]+)\s*:\s*([\s\S]*)$/.exec(given) ?? []
      if (name === undefined || text === undefined) return null
      headers.push([name, fill(text, env, used)])
    } else return null
  }
  // A variable that stands in no header is for mcp-remote itself: a proxy, a certificate.
  if (headers.length === 0 || Object.keys(env).some((name) => !used.has(name))) return null
  return { url, transport, headers: Object.fromEntries(headers) }
}

const fill = (text: string, env: Readonly<Record<string, string>>, used: Set<string>): string =>
  text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    if (!Object.hasOwn(env, name)) return whole
    used.add(name)
    return env[name] ?? ''
  })
