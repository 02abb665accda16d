import http from 'node:http'
import https from 'node:https'
import { Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import tls from 'node:tls'

/** The proxy for each address, and the certificates trusted besides node's own. */
export interface ProxySettings {
  proxy(url: URL): URL | null
  readonly ca: readonly string[]
}

/** `once`: it is not sent again over a connection that the server has closed meanwhile, since it may have been read there. */
export type Fetch = (url: string | URL, init?: RequestInit & { readonly once?: boolean }) => Promise<Response>

/** Time limit for a connection and for a proxy's answer. A message itself has no limit. */
const CONNECT_MS = 20_000
const EMPTY = new Set([101, 204, 205, 304])

/** The proxy refused the connection; `status` 407: it requires a name and password. */
export class ProxyRefusal extends Error {
  readonly status: number

  constructor(status: number, proxy: URL) {
    super(`the proxy ${proxy.host} answered ${status}`)
    this.name = 'ProxyRefusal'
    this.status = status
  }
}

/** Returns the name and password of an address as a header of this name. */
const authorization = ({ username, password }: URL, header = 'proxy-authorization'): Record<string, string> => {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { [header]: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** The trusted certificates; empty: node's own. */
type Trust = Pick<tls.ConnectionOptions, 'secureContext'>

/** An https agent whose connections go through a proxy's tunnel (CONNECT), kept alive like any others. */
class TunnelAgent extends https.Agent {
  private readonly proxy: URL
  private readonly trust: Trust

  constructor(proxy: URL, trust: Trust) {
    super({ keepAlive: true, ...trust })
    this.proxy = proxy
    this.trust = trust
  }

  override createConnection(options: https.RequestOptions, done?: (error: Error | null, socket: Duplex) => void): undefined {
    const target = `${options.host}:${options.port}`
    // The callback's type requires a socket beside an error; it is ignored.
    const fail = (error: Error) => done?.(error, new Socket())
    const via = this.proxy.protocol === 'https:' ? https : http
    const request = via.request({
      host: this.proxy.hostname.replace(/^\[|\]$/g, ''),
      port: this.proxy.port || (this.proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...authorization(this.proxy) },
      agent: false,
      timeout: CONNECT_MS,
    })
    request.once('connect', (response, socket: Socket) => {
      if (response.statusCode !== 200) {
        socket.destroy()
        fail(new ProxyRefusal(response.statusCode ?? 0, this.proxy))
        return
      }
      socket.setTimeout(0)
      done?.(null, tls.connect({ socket, host: String(options.host), servername: options.servername ?? '', ...this.trust }))
    })
    request.once('timeout', () =>
      request.destroy(Object.assign(new Error(`the proxy ${this.proxy.host} does not answer`), { code: 'ETIMEDOUT' })),
    )
    request.on('error', fail)
    request.end()
    return undefined
  }
}

/**
 * Returns a `fetch` over node's http module. The built-in fetch takes no proxy or certificate without the undici package,
 * and closes an idle stream after five minutes; an MCP event stream may be idle for hours.
 */
export function fetchBy(proxySettings: ProxySettings): Fetch {
  const agents = new Map<string, http.Agent>()
  let trust: Trust | null = null
  const secureAgent = (proxy: URL | null): https.Agent => {
    // Made once: a context of some hundred certificates takes longer to make than the connection.
    trust ??=
      proxySettings.ca.length === 0
        ? {}
        : { secureContext: tls.createSecureContext({ ca: [...tls.rootCertificates, ...proxySettings.ca] }) }
    return proxy === null ? new https.Agent({ keepAlive: true, ...trust }) : new TunnelAgent(proxy, trust)
  }
  const agentFor = (url: URL, proxy: URL | null): http.Agent => {
    const name = `${url.protocol}${proxy?.href ?? ''}`
    const known = agents.get(name)
    if (known !== undefined) return known
    const agent = url.protocol !== 'https:' ? new http.Agent({ keepAlive: true }) : secureAgent(proxy)
    agents.set(name, agent)
    return agent
  }
  const once = (url: URL, init: RequestInit, again: boolean): Promise<Response> => {
    const proxy = proxySettings.proxy(url)
    // A proxy gets the whole URL of an http request; https goes through a tunnel.
    const relayed = proxy !== null && url.protocol === 'http:'
    const headers: Record<string, string> = {
      host: url.host,
      ...authorization(url, 'authorization'),
      ...Object.fromEntries(new Headers(init.headers).entries()),
      ...(relayed ? authorization(proxy) : {}),
    }
    const target = relayed
      ? { host: proxy.hostname, port: proxy.port || 80, path: `${url.origin}${url.pathname}${url.search}` }
      : { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined, path: `${url.pathname}${url.search}` }
    const options = { ...target, method: init.method ?? 'GET', headers, agent: agentFor(url, proxy) }
    return exchange(url, options, init, () => (again ? once(url, init, false) : null))
  }
  return (url, init = {}) => once(new URL(url), init, init.once !== true)
}

function exchange(url: URL, options: http.RequestOptions, init: RequestInit, retry: () => Promise<Response> | null): Promise<Response> {
  return new Promise((resolve, reject) => {
    const signal = init.signal ?? undefined
    if (signal?.aborted) return reject(signal.reason)
    const request = (url.protocol === 'https:' ? https : http).request({ ...options, ...(signal === undefined ? {} : { signal }) })
    const waiting = setTimeout(() => request.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })), CONNECT_MS)
    request.once('socket', (socket: Socket & { secureConnecting?: boolean }) => {
      const ready = () => clearTimeout(waiting)
      if (!socket.connecting && socket.secureConnecting !== true) ready()
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', ready)
    })
    request.once('response', (response) => {
      clearTimeout(waiting)
      const status = response.statusCode ?? 0
      const headers = new Headers(
        Object.entries(response.headersDistinct).flatMap(([name, values]) =>
          (values ?? []).map((value): [string, string] => [name, value]),
        ),
      )
      const empty = EMPTY.has(status)
      if (empty) response.resume()
      const body = empty ? null : Readable.toWeb(response)
      resolve(new Response(body, { status, statusText: response.statusMessage ?? '', headers }))
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(waiting)
      // The server closed the idle connection just as we used it: nothing was read, so the request is sent once more.
      const second = error.code === 'ECONNRESET' && request.reusedSocket ? retry() : null
      if (second === null) reject(error)
      else second.then(resolve, reject)
    })
    request.end(typeof init.body === 'string' ? init.body : undefined)
  })
}

/** The body of an answer as text. `tooLong` makes the error for one of more than `most` bytes, which is read no further. */
export async function limitedText({ body }: Response, most: number, tooLong: () => Error): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > most) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
