import { join } from 'node:path'
import type { ProxySettings } from './http.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** npm's network settings on this side, which apply to remote MCP servers too. */
export interface NpmNetworkSettings {
  readonly proxy: string | undefined
  readonly httpsProxy: string | undefined
  readonly noProxy: string | undefined
  /** Certificates (PEM) that npm trusts besides the default ones. */
  readonly ca: readonly string[]
}

/** Parses an npmrc. `key[] = value` repeats; `${NAME}` is a variable; quotes are JSON's. */
function parseNpmrc(text: string, variables: System['variables']): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line)
    if (match === null) continue
    const [, key = '', raw = ''] = match
    const value = unquote(raw).replace(/(?<!\\)\$\{([^}]+)\}/g, (whole, name: string) => variables[name] ?? whole)
    const list = key.endsWith('[]') ? [...(found.get(key.slice(0, -2)) ?? []), value] : [value]
    found.set(key.replace(/\[\]$/, ''), list)
  }
  return found
}

function unquote(raw: string): string {
  if (!/^".*"$/.test(raw)) return raw
  try {
    return String(JSON.parse(raw))
  } catch (error) {
    if (error instanceof SyntaxError) return raw
    throw error
  }
}

const bytesToText = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString('utf8'))
const given = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || value === 'null' || value === 'false' ? undefined : value

/**
 * Returns npm's network settings in npm's own order: variables (`npm_config_*`, any case), the user's npmrc, the global
 * one. Never an npmrc of the working directory, which belongs to the author of a project.
 */
export async function npmSettings(system: System, home: string, prefix?: string): Promise<NpmNetworkSettings> {
  const variables = lowered(system.variables)
  const userFile = given(variables.get('npm_config_userconfig')) ?? join(home, '.npmrc')
  const globalFile = given(variables.get('npm_config_globalconfig')) ?? (prefix === undefined ? undefined : join(prefix, 'etc', 'npmrc'))
  const read = async (file: string | undefined) =>
    parseNpmrc(file === undefined ? '' : bytesToText(await system.files.read(reachable(file))), system.variables)
  const [user, global] = await Promise.all([read(userFile), read(globalFile)])
  const all = (key: string): string[] => {
    const variable = given(variables.get(`npm_config_${key.replaceAll('-', '_')}`))
    return variable === undefined ? (user.get(key) ?? global.get(key) ?? []) : [variable]
  }
  const one = (key: string): string | undefined => given(all(key).at(-1))
  return {
    proxy: one('proxy'),
    httpsProxy: one('https-proxy'),
    noProxy: one('noproxy'),
    ca: await certificates(system, all('ca'), one('cafile')),
  }
}

const lowered = (variables: System['variables']): Map<string, string> =>
  new Map(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value] as const])))

/** Node applies NODE_EXTRA_CA_CERTS only where no other certificates are passed. */
async function certificates(system: System, inline: readonly string[], file: string | undefined): Promise<string[]> {
  const texts = inline.map((text) => text.replaceAll('\\n', '\n'))
  for (const each of [file, given(system.variables.NODE_EXTRA_CA_CERTS)]) {
    if (each !== undefined && (file !== undefined || inline.length > 0)) texts.push(bytesToText(await system.files.read(reachable(each))))
  }
  return texts.flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [])
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/i

/**
 * Returns the proxy for an address, as npm's own agent chooses it (npm/agent: lib/proxy.js): its settings first
 * (`https-proxy`, else `proxy`), else HTTPS_PROXY for https, and HTTPS_PROXY, HTTP_PROXY or PROXY for http; in upper
 * or lower case. Null for a loopback address, which would mean the proxy's own machine.
 */
export function proxyFor(url: URL, settings: NpmNetworkSettings, variables: System['variables']): URL | null {
  if (LOOPBACK.test(url.hostname)) return null
  const variable = (name: string): string | undefined => variables[name] || variables[name.toUpperCase()] || undefined
  const noProxy = settings.noProxy ?? variable('no_proxy')
  if (isExempt(url, noProxy)) return null
  const fromEnvironment =
    url.protocol === 'https:' ? variable('https_proxy') : (variable('http_proxy') ?? variable('https_proxy') ?? variable('proxy'))
  const chosen = settings.httpsProxy ?? settings.proxy ?? fromEnvironment ?? variable('all_proxy')
  if (chosen === undefined) return null
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(chosen) ? chosen : `http://${chosen}`
  return URL.canParse(text) ? new URL(text) : null
}

/** Returns whether a `NO_PROXY` list names the host: `*`, a host, or a domain with or without its leading dot; ports count when given. */
export function isExempt(url: URL, noProxy: string | undefined): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return (noProxy ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .some((word) => {
      const [, host = '', only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(word) ?? []
      if (only !== undefined && only !== port) return false
      return host === '*' || url.hostname === host || url.hostname.endsWith(`.${host}`)
    })
}

/** Returns the proxy and certificates that npm uses on this side. `home` and `prefix` are as this process opens them. */
export async function proxySettings(system: System, home: string, prefix?: string): Promise<ProxySettings> {
  const settings = await npmSettings(system, home, prefix)
  return { proxy: (url) => proxyFor(url, settings, system.variables), ca: settings.ca }
}
