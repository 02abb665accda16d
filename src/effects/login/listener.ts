import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LoginAnswer, readAnswer } from '../../core/login/addresses.ts'
import { TwinError } from '../../errors.ts'
import type { Proof } from '../machine/open-page.ts'
import { isOwnPeer } from '../machine/peer.ts'
import type { System } from '../../model/system.ts'

/** A listener on loopback for the one answer that a browser brings back. */
export interface LoginListener {
  readonly port: number
  readonly proof: Proof
  /** Resolves with the first answer to our question; all others are refused and change nothing. */
  readonly answer: Promise<LoginAnswer>
  close(): void
}

const page = (words: string): string =>
  `<!doctype html><meta charset="utf-8"><title>mcp-twin</title><p style="font:1.2em sans-serif;margin:4em">${words}</p>`

function say(response: ServerResponse, status: number, words: string): void {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" }
  response.writeHead(status, { ...headers, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', connection: 'close' }).end(words)
}

/** Where a listener is: its port, which a person may have registered, and whether Windows can reach it. */
interface ListenerPlace {
  readonly port?: number | undefined
  readonly isWsl?: boolean
}

/** Listens at a free port, or at the one of its place. Only `/callback` with our `state` counts. */
export async function listenForLogin(
  system: System,
  state: string,
  { port = 0, isWsl = false }: ListenerPlace = {},
): Promise<LoginListener> {
  const proof = { path: '/reached', text: system.random(16) }
  let answered: (answer: LoginAnswer) => void = () => {}
  const answer = new Promise<LoginAnswer>((resolve) => {
    answered = resolve
  })
  let isAnswered = false
  const handle = ({ url = '/', method }: IncomingMessage, response: ServerResponse): void => {
    const isOurs = method === 'GET' && url.startsWith('/')
    const found = isOurs ? readAnswer(`http://127.0.0.1${url}`, state) : null
    if (isOurs && url === proof.path) say(response, 200, proof.text)
    else if (found === null) say(response, 400, page('This is not the answer that mcp-twin waits for.'))
    else if (isAnswered) say(response, 400, page('This login has its answer already.'))
    else {
      isAnswered = true
      say(response, 200, page('mcp-twin has the answer. You can close this page.'))
      answered(found)
    }
  }
  const server = createServer((request, response) => {
    const { remotePort = 0, localPort = 0 } = request.socket
    isOwnPeer(system, isWsl, remotePort, localPort).then(
      (isOwn) => (isOwn ? handle(request, response) : request.socket.destroy()),
      () => request.socket.destroy(),
    )
  })
  await listen(server, port)
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, proof, answer, close }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new TwinError('no-listener', `Nothing can listen at port ${port} of this computer (${error.code ?? 'unknown'}).`, {
          hint: 'end the program that uses it, or change "port" in "oauth" of the manifest',
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}
