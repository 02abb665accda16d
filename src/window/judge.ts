/** What is looked at of a request before anything in it is believed. */
export interface WindowRequest {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** All values of a header, by its lower-case name: a header that is sent twice is no header that a browser sends. */
  readonly headers: ReadonlyMap<string, readonly string[]>
}

/** What a path of ours is for. */
export interface Place {
  readonly method: 'GET' | 'POST'
  /** Answered without a session: the page, its files, and what leads to a session. */
  readonly open?: true
  /** The page itself, to which a link may lead from anywhere. */
  readonly entry?: true
}

/** Why a request gets no answer of ours. */
export interface RequestRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429
  readonly message: string
}

const refused = (status: RequestRefusal['status'], message: string): RequestRefusal => ({ status, message })

/** The one value of a header; undefined: it was not sent, null: it was sent more than once. */
function one(headers: WindowRequest['headers'], name: string): string | null | undefined {
  const values = headers.get(name) ?? []
  return values.length > 1 ? null : values[0]
}

/** The names under which a listener on loopback is meant. A page that was led here by a name of its own (DNS rebinding) has another. */
export const ownHosts = (port: number): readonly string[] => ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)

/** Checks where a request comes from: our own page, typed by a person, or a foreign page. Null: it may come in. */
export function judgeOrigin({ headers, target }: WindowRequest, place: Place | null, port: number): RequestRefusal | null {
  const hosts = ownHosts(port)
  const host = one(headers, 'host')
  if (host === null || host === undefined) return refused(400, 'Exactly one Host header is needed.')
  if (!hosts.includes(host.toLowerCase())) return refused(403, 'This page is not known by that Host.')
  if (!target.startsWith('/') || target.startsWith('//')) return refused(400, 'The address must be a path.')
  const origin = one(headers, 'origin')
  // Another of our own names is another origin, too: a page of ours only ever asks the name it was loaded by.
  if (origin !== undefined && origin?.toLowerCase() !== `http://${host.toLowerCase()}`)
    return refused(403, 'Requests of other pages are not accepted.')
  const site = one(headers, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && place?.entry !== true)
    return refused(403, 'Requests of other pages are not accepted.')
  return null
}

/** Checks what is asked for: the session first, so that nobody without one learns which paths there are. Null: it is answered. */
export function judgeRequest(asked: WindowRequest, place: Place | null, isAdmitted: (token: string) => boolean): RequestRefusal | null {
  const { headers, method } = asked
  if (place?.open !== true && !isAdmitted(bearer(headers))) return refused(401, 'A session is needed. To open one: mcp-twin ui')
  if (place === null) return refused(404, 'There is nothing here.')
  if (method !== place.method) return refused(405, `Only ${place.method} is answered here.`)
  if (headers.has('transfer-encoding') && headers.has('content-length'))
    return refused(400, 'Content-Length and Transfer-Encoding exclude each other.')
  if (method !== 'POST') return null
  // A form of a foreign page can send neither this type nor, without being asked first, any other that counts.
  if (!/^application\/json\s*(?:;\s*charset=utf-8\s*)?$/i.test(one(headers, 'content-type') ?? ''))
    return refused(415, 'Content-Type must be application/json.')
  if (headers.has('content-encoding')) return refused(415, 'A compressed body is not accepted.')
  return null
}

/** The session of the Authorization header; '' where there is none. A session anywhere else is none. */
export const bearer = (headers: WindowRequest['headers']): string =>
  /^Bearer (mts_[\w-]{43})$/.exec(one(headers, 'authorization') ?? '')?.[1] ?? ''
