import { createServer, request } from 'node:http'

/**
 * A loopback proxy that adds the bearer token and passes all else through untouched, for a suite that knows no tokens.
 * Only where Host or Origin name the proxy itself do they become the server's: what the suite forges stays forged.
 */
export async function bearerProxy(port: number, token: string): Promise<{ readonly port: number; close(): void }> {
  let own = 0
  const isOwn = (host: string) => host === `127.0.0.1:${own}` || host === `localhost:${own}`
  const server = createServer((incoming, outgoing) => {
    const headers: string[] = []
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      const [name = '', value = ''] = incoming.rawHeaders.slice(at, at + 2)
      if (/^host$/i.test(name) && isOwn(value)) headers.push(name, `127.0.0.1:${port}`)
      else if (/^origin$/i.test(name) && isOwn(value.replace(/^https?:\/\//, ''))) headers.push(name, `http://127.0.0.1:${port}`)
      else headers.push(name, value)
    }
    if (!('authorization' in incoming.headers)) headers.push('Authorization', `Bearer ${token}`)
    const onward = request({ host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers, agent: false })
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
      outgoing.flushHeaders()
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  own = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port: own,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
