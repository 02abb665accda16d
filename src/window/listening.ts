import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSocketServer, type Socket } from 'node:net'
import { TwinError } from '../errors.ts'
import { type PageAnswer, errorAnswer, WrongRequest } from './answers.ts'
import { safeHeaders } from './headers.ts'
import { type WindowRequest, judgeOrigin, judgeRequest, type Place } from './judge.ts'

const limits = { body: 1024 * 1024, header: 16 * 1024, connections: 64, headersMs: 10_000, requestMs: 60_000 }

const lastWordsMs = 300

/** What came with a request that was admitted. */
export interface Arrived {
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
  /** The number of the last message that a page got before it was cut off. */
  readonly lastMessage: number | null
}

export interface Route extends Place {
  answer(arrived: Arrived): PageAnswer | Promise<PageAnswer>
}

export interface FrontDoor {
  readonly port: number
  /** Of a path, the one of this method if there is one. */
  route(path: string, method: string): Route | null
  admits(session: string): boolean
  /** Whether who is at the other end may be read at all. Rejects where that cannot be known: nobody is let in. */
  mayTalk(theirPort: number, ourPort: number): Promise<boolean>
  onUnknown(why: unknown): void
}

export interface PageListener {
  readonly port: number
  close(): Promise<void>
}

/** Listens on 127.0.0.1. A connection is judged by its owner before a byte of it is read, a request before anything in it is believed. */
export async function listen(door: FrontDoor): Promise<PageListener> {
  let port = door.port
  /** Answers that go on for as long as their page is there. */
  const streams = new Set<ServerResponse>()
  const keep = (response: ServerResponse): void => {
    if (response.writableEnded || response.destroyed) return
    streams.add(response)
    response.once('close', () => streams.delete(response))
  }
  const http = createServer(
    { maxHeaderSize: limits.header, requireHostHeader: false, headersTimeout: limits.headersMs, requestTimeout: limits.requestMs },
    (request, response) => void answerTo(door, port, request, response).then(keep),
  )
  // What asks before it sends a body gets the same judgement.
  http.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => void answerTo(door, port, request, response).then(keep))
  const open = new Set<Socket>()
  const sockets = createSocketServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
    open.add(socket)
    void welcome(socket)
  })
  const welcome = async (socket: Socket): Promise<void> => {
    const isWelcome =
      open.size <= limits.connections &&
      (await door.mayTalk(socket.remotePort ?? 0, port).catch((error: unknown) => {
        door.onUnknown(error)
        return false
      }))
    if (!isWelcome || socket.destroyed) return void socket.destroy()
    http.emit('connection', socket)
    socket.resume()
  }
  await new Promise<void>((resolve, reject) => sockets.once('error', reject).listen(door.port, '127.0.0.1', resolve)).catch(noPort(port))
  const address = sockets.address()
  if (typeof address === 'object' && address !== null) port = address.port
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        sockets.close(() => resolve())
        // A stream that only breaks off takes its last words with it: a browser drops what it has not read yet.
        for (const response of streams) response.end()
        // The last words are sent first, if who gets them still listens.
        for (const socket of open) socket.destroySoon()
        setTimeout(() => {
          for (const socket of open) socket.destroy()
        }, lastWordsMs)
        http.close()
      }),
  }
}

/** Throws what the system said of a port, in words. */
const noPort = (port: number) => (error: NodeJS.ErrnoException) => {
  const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.code === 'EACCES' ? 'only root may' : error.message
  throw new TwinError('port', `127.0.0.1:${port} cannot be listened on: ${why}.`, { hint: 'to take a free one: mcp-twin ui' })
}

/** Every header with all its values: `headers` of node joins some of them and drops others. */
function askedBy(request: IncomingMessage): WindowRequest {
  const headers = new Map<string, string[]>()
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), request.rawHeaders[at + 1] ?? ''])
  }
  return { method: request.method ?? '', target: request.url ?? '', headers }
}

async function answerTo(door: FrontDoor, port: number, request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
  try {
    send(response, await answerFor(door, port, request))
  } catch (error) {
    if (error instanceof WrongRequest) send(response, errorAnswer(400, 'usage', error.message))
    else send(response, errorAnswer(500, 'crash', error instanceof Error ? error.message : String(error)))
  }
  return response
}

async function answerFor(door: FrontDoor, port: number, request: IncomingMessage): Promise<PageAnswer> {
  const asked = askedBy(request)
  const [path = '', search = ''] = asked.target.split(/\?(.*)/s)
  const route = door.route(path, asked.method)
  const refused = judgeOrigin(asked, route, port) ?? judgeRequest(asked, route, (session) => door.admits(session))
  if (refused !== null || route === null) {
    const { status, message } = refused ?? { status: 404, message: 'There is nothing here.' }
    return errorAnswer(status, status === 401 ? 'no-session' : 'refused', message)
  }
  const body = route.method === 'POST' ? await bodyOf(request) : null
  if (body === tooLong) return errorAnswer(413, 'too-long', `A body of more than ${limits.body} bytes is not taken.`)
  const last = asked.headers.get('last-event-id')?.[0] ?? ''
  return route.answer({ path, query: new URLSearchParams(search), body, lastMessage: /^\d{1,15}$/.test(last) ? Number(last) : null })
}

const tooLong = Symbol('too long')

/** The JSON of a body. Never keeps more than the limit. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > limits.body) return tooLong
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new WrongRequest('The body is not JSON.')
  }
}

function send(response: ServerResponse, answer: PageAnswer): void {
  if (response.headersSent || response.destroyed) return
  if ('start' in answer) {
    response.writeHead(200, { ...safeHeaders, 'content-type': 'text/event-stream' })
    const stop = answer.start((text) => {
      if (!response.writableEnded) response.write(text)
    })
    response.once('close', stop)
    return
  }
  const isFile = 'file' in answer
  const bytes = isFile ? answer.file.bytes : Buffer.from(JSON.stringify(answer.document))
  const type = isFile ? answer.file.type : 'application/json; charset=utf-8'
  const status = isFile ? 200 : answer.status
  // What was not read of a body must not be taken for the next request.
  const ends = status >= 400 ? { connection: 'close' } : {}
  response.writeHead(status, { ...safeHeaders, ...ends, 'content-type': type, 'content-length': bytes.length })
  response.end(bytes)
}
