import { describe, expect, it } from 'vitest'
import { failureOf, plainAddress } from '../../../src/effects/run/failure.ts'
import { ProxyRefusal } from '../../../src/effects/run/http.ts'

const named = { server: 'scavio', url: 'https://user:pw@mcp.scavio.dev/mcp?key=sk-1', keys: ['SCAVIO_API_KEY'] }
const http = (status: number, text = '') => Object.assign(new Error(`Error POSTing: ${text}`), { data: { status, text } })
const network = (code: string) => new Error('fetch failed', { cause: Object.assign(new Error('x'), { code }) })

describe('what a remote server failed of', () => {
  it('is reported with the key and the command, for 401 and 403', () => {
    expect(failureOf(http(401), named)).toMatchObject({
      status: 401,
      kind: 'http',
      words: expect.stringContaining('mcp-twin secret set SCAVIO_API_KEY'),
    })
    expect(failureOf(http(403), named).words).toContain('SCAVIO_API_KEY')
    expect(failureOf(http(401), { ...named, keys: [] }).words).toContain('--header')
    expect(failureOf(http(401), { ...named, keys: ['A', 'B'] }).words).toContain('one of the keys A, B')
    expect(failureOf(Object.assign(new Error('SSE error: x'), { code: 401 }), named).status).toBe(401)
    expect(failureOf(new Error('Error POSTing to endpoint (HTTP 502): x'), named).status).toBe(502)
  })

  it('keeps the error that the server itself gave', () => {
    expect(
      failureOf(http(404, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such","data":{"a":1}}}'), named).answer,
    ).toEqual({ code: -32601, message: 'no such', data: { a: 1 } })
    expect(failureOf(http(400, '<html>'), named).answer).toBeNull()
    expect(failureOf(http(400, '{broken'), named).answer).toBeNull()
  })

  it('distinguishes requests surely not sent from those that may have been', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT']) expect(failureOf(network(code), named).kind).toBe('unsent')
    expect(failureOf(network('ECONNRESET'), named).kind).toBe('network')
    expect(failureOf(network('SELF_SIGNED_CERT_IN_CHAIN'), named)).toMatchObject({
      kind: 'network',
      words: expect.stringContaining('cafile'),
    })
    expect(failureOf(new Error('odd'), named).kind).toBe('other')
    const refused = failureOf(new Error('x', { cause: new ProxyRefusal(407, new URL('http://me:pw@proxy:8080')) }), named)
    expect(refused.words).toContain('proxy:8080')
    expect(refused.words).not.toContain('pw@')
  })

  it('never repeats what may be a key in the address', () => {
    for (const error of [http(401), http(404), http(500), network('ECONNREFUSED')])
      expect(failureOf(error, named).words).not.toMatch(/sk-1|pw/)
    expect(plainAddress('nonsense')).toBe('its address')
  })
})
