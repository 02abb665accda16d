import type { System } from '../../model/system.ts'
import type { NpmSettings } from './npm-settings.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/i

/**
 * The proxy for an address, chosen as npm's own agent does (npm/agent: lib/proxy.js): its settings first
 * (`https-proxy`, else `proxy`), else HTTPS_PROXY for https, and HTTPS_PROXY, HTTP_PROXY or PROXY for http; in either
 * case of letters. A loopback address is never sent to a proxy: it would mean the proxy's own machine.
 */
export function proxyFor(url: URL, settings: NpmSettings, variables: System['variables']): URL | null {
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

/** True when a `NO_PROXY` list names the host: `*`, a host, or a domain with or without its leading dot; ports count when given. */
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
