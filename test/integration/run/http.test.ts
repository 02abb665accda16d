import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchBy, ProxyRefusal } from '../../../src/effects/run/http.ts'
import { lacks } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { describeUnless, itUnless } from '../../support/left-out.ts'

const direct = { proxy: () => null, ca: [] }

async function listening<T extends Server>(server: T): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
const origin = async (answer: RequestListener): Promise<string> => `http://127.0.0.1:${await listening(createServer(answer))}`

/** A proxy on loopback that writes down what it was asked for. */
async function proxy(allow = true) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    response.end('by proxy')
  })
  server.on('connect', (request, client: Socket, head) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    if (!allow) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const upstream = connect(Number(String(request.url).split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
  })
  return { url: new URL(`http://me:p%40ss@127.0.0.1:${await listening(server)}`), asked }
}

/** A TLS server that only its own certificate vouches for. */
async function secure(answer: RequestListener) {
  const { root } = scratch()
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      `${root}/key.pem`,
      '-out',
      `${root}/cert.pem`,
    ],
    { stdio: 'ignore' },
  )
  const cert = readFileSync(`${root}/cert.pem`, 'utf8')
  const port = await listening(createSecureServer({ key: readFileSync(`${root}/key.pem`), cert }, answer))
  return { url: `https://localhost:${port}/mcp`, cert }
}

describe('a message over HTTP', () => {
  it('goes and comes back whole', async () => {
    const url = await origin((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () =>
        response
          .writeHead(201, { 'x-a': 'b', 'content-type': 'text/plain' })
          .end(`${request.method} ${request.url} ${request.headers['x-key']} ${body}`),
      )
    })
    const response = await fetchBy(direct)(`${url}/p?q=1`, { method: 'POST', headers: { 'X-Key': 'k' }, body: 'Grüße' })
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, 'b', 'POST /p?q=1 k Grüße'])
    const empty = await fetchBy(direct)(await origin((_, answer) => answer.writeHead(202).end()))
    expect([empty.status, await empty.text()]).toEqual([202, ''])
  })

  it('does not follow a redirect by itself', async () => {
    const response = await fetchBy(direct)(
      await origin((_, answer) => answer.writeHead(307, { location: 'http://elsewhere.example/' }).end()),
    )
    expect([response.status, response.headers.get('location')]).toEqual([307, 'http://elsewhere.example/'])
  })

  it('streams what comes, and stops when it is told to', async () => {
    let closed = false
    const url = await origin((_, response) => {
      response.writeHead(200).write('one')
      response.on('close', () => (closed = true))
    })
    const controller = new AbortController()
    const response = await fetchBy(direct)(url, { signal: controller.signal })
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one')
    controller.abort()
    await expect(reader?.read()).rejects.toThrow()
    await expect.poll(() => closed).toBe(true)
  })

  it('is sent once more when an idle connection was closed under it', async () => {
    let connections = 0
    const server = createServer((_, response) => response.end('fine'))
    server.on('connection', () => connections++)
    server.keepAliveTimeout = 60_000
    const port = await listening(server)
    const fetch = fetchBy(direct)
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    await new Promise((resolve) => setTimeout(resolve, 20))
    server.closeAllConnections()
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('fine')
    expect(connections).toBe(2)
  })

  it('is not sent again where it may be read twice', async () => {
    let requests = 0
    const server = createServer((request, response) => void (++requests === 1 ? response.end('fine') : request.socket.resetAndDestroy()))
    server.keepAliveTimeout = 60_000
    const port = await listening(server)
    const fetch = fetchBy(direct)
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    await expect(fetch(`http://127.0.0.1:${port}/`, { once: true })).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(requests).toBe(2)
  })

  it('fails with the word of the system when nobody listens', async () => {
    await expect(fetchBy(direct)('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('behind a proxy', () => {
  it('a plain address is asked for at the proxy by its whole name', async () => {
    const { url, asked } = await proxy()
    const response = await fetchBy({ proxy: () => url, ca: [] })('http://far.example/mcp?x=1')
    expect(await response.text()).toBe('by proxy')
    expect(asked).toEqual([`GET http://far.example/mcp?x=1 Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })

  itUnless(lacks('openssl'), 'a secure one goes through a tunnel, kept for the next message', async () => {
    const far = await secure((request, response) => response.end(`hello ${request.headers['x-key']}`))
    const { url, asked } = await proxy()
    const fetch = fetchBy({ proxy: () => url, ca: [far.cert] })
    for (const key of ['1', '2']) expect(await (await fetch(far.url, { headers: { 'x-key': key } })).text()).toBe(`hello ${key}`)
    expect(asked).toEqual([`CONNECT ${new URL(far.url).host} Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })

  it('its refusal is distinguished from the server’s', async () => {
    const { url } = await proxy(false)
    const refused = fetchBy({ proxy: () => url, ca: [] })('https://far.example/mcp')
    await expect(refused).rejects.toBeInstanceOf(ProxyRefusal)
    await expect(refused).rejects.toMatchObject({ status: 407 })
    await expect(refused).rejects.not.toThrow('p@ss')
  })
})

describeUnless(lacks('openssl'), 'a certificate of a network of its own', () => {
  it('is trusted when npm trusts it, and refused otherwise', async () => {
    const far = await secure((_, response) => response.end('safe'))
    expect(await (await fetchBy({ proxy: () => null, ca: [far.cert] })(far.url)).text()).toBe('safe')
    await expect(fetchBy(direct)(far.url)).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|CERT/) })
  })
})
