import { X509Certificate } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import type { ServerTrust } from '../../../src/bridge/machines/client.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { ServerConnection } from '../../../src/bridge/machines/server.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'

const connect = (url: string, trust: ServerTrust = {}): Promise<ServerConnection> =>
  ServerConnection.open({ address: addressIn(url), trust, machine: 'm', onNews: () => undefined, onEnd: () => undefined }, Date.now)

describeUnless(lacksPostgres(), 'a store server with a certificate of its own', () => {
  let server: Postgres
  let url: string
  let digest: string
  beforeAll(async () => {
    server = await postgres({ tls: true })
    server.sql(`${schemaSql} CREATE ROLE anna LOGIN PASSWORD 'x'; ${grantsSql('anna')}`)
    url = `${server.url('anna', 'x')}?sslmode=require`
    digest = new X509Certificate(server.certificate).fingerprint256.replaceAll(':', '').toLowerCase()
  })
  afterAll(() => server.remove())
  const person = async (trust: ServerTrust) => {
    const connection = await connect(url, trust)
    await connection.close()
    return connection.facts.person
  }

  it('is refused with its digest, which pins it', async () => {
    const said = await connect(url).then(String, String)
    expect(said).toMatch(/signed by itself/)
    expect(said).toContain(`sha256:${digest}`)
    expect(await person({ certificate: `sha256:${digest}` })).toBe('anna')
    expect(await person({ certificate: `sha256:${digest.toUpperCase().replace(/..(?=.)/g, '$&:')}` })).toBe('anna')
    expect(await person({ certificate: server.certificate })).toBe('anna')
  })

  it('is refused where another one is pinned', async () => {
    await expect(person({ certificate: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(/another one than was pinned/)
    await expect(person({ certificate: 'no certificate' })).rejects.toThrow()
  })

  it('is judged whatever variables say', async () => {
    process.env.PGSSLMODE = 'no-verify'
    try {
      await expect(connect(url)).rejects.toThrow(/not trusted/)
    } finally {
      delete process.env.PGSSLMODE
    }
  })
})

describeUnless(null, 'a server that pretends to be a store server', () => {
  let listener: Server | undefined
  const sockets = new Set<Socket>()
  afterEach(async () => {
    for (const each of sockets) each.destroy()
    await new Promise((resolve) => listener?.close(resolve) ?? resolve(null))
  })
  /** Answers the first message with a request for the password in a form, and keeps all that comes. */
  async function pretend(form: 'cleartext' | 'md5'): Promise<{ url: string; heard(): string }> {
    let heard = ''
    const ask = form === 'cleartext' ? [0x52, 0, 0, 0, 8, 0, 0, 0, 3] : [0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1')
      })
      socket.once('data', () => socket.write(Buffer.from(ask)))
    })
    listener = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = address === null || typeof address === 'string' ? 0 : address.port
    return { url: `postgres://anna:open-sesame@127.0.0.1:${port}/twin`, heard: () => heard }
  }

  it.each(['cleartext', 'md5'] as const)('gets no password where TLS is off and it asks for it as %s', async (form) => {
    const { url, heard } = await pretend(form)
    await expect(connect(url, { isPlain: true })).rejects.toThrow(/only SCRAM/)
    expect(heard()).toContain('anna')
    expect(heard()).not.toMatch(/open-sesame|md5/)
  })
})
