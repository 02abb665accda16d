import { describe, expect, it } from 'vitest'
import { loginKey, readAnswer, whyUnsafe } from '../../../src/core/login/addresses.ts'

const far = new URL('https://mcp.example.com/mcp')
const near = new URL('http://127.0.0.1:8080/mcp')

describe('an address that a login leads to', () => {
  it.each([
    ['https://login.example.com/token', far],
    ['https://login.example.com:8443/token', far],
    ['http://127.0.0.1:9/token', near],
    ['http://localhost:9/token', near],
    ['http://[::1]:9/token', near],
    ['https://login.example.com/token', near],
  ])('may be %s', (address, server) => {
    expect(whyUnsafe(address, server)).toBe(null)
  })

  it.each([
    ['http://login.example.com/token', far, 'is no https address'],
    ['http://login.example.com/token', near, 'is no https address'],
    ['file:///etc/passwd', near, 'is no https address'],
    ['javascript:alert(1)', near, 'is no https address'],
    ['ms-settings:', near, 'is no https address'],
    ['ftp://127.0.0.1/token', near, 'is no https address'],
    ['https://ana:secret@login.example.com/', far, 'contains a user name'],
    ['https://127.0.0.1/token', far, 'is on this computer, and the server is not'],
    ['https://127.1/token', far, 'is on this computer, and the server is not'],
    ['https://0x7f000001/token', far, 'is on this computer, and the server is not'],
    ['https://a.localhost/token', far, 'is on this computer, and the server is not'],
    ['http://127.0.0.1.example.com/', near, 'is no https address'],
    ['no address', far, 'is no address'],
  ])('may not be %s', (address, server, why) => {
    expect(whyUnsafe(address, server)).toBe(why)
  })

  it.each(['localhost.', 'a.localhost.', '0.0.0.0', '0', '127.0.0.1.', '[::]', '[::ffff:127.0.0.1]', '[::ffff:0.0.0.0]', '[::127.0.0.1]'])(
    'may not be on this computer by the name %s',
    (host) => {
      expect(whyUnsafe(`https://${host}:4324/token`, far)).toBe('is on this computer, and the server is not')
    },
  )
})

describe('the answer of a browser', () => {
  it('is read only with our state, given once, at our path', () => {
    const answer = (rest: string) => readAnswer(`http://127.0.0.1:1${rest}`, 's')
    expect(answer('/callback?state=s&code=c&iss=i')).toEqual({ code: 'c', iss: 'i', error: null })
    expect(answer('/callback?state=s&error=access_denied')).toEqual({ code: null, iss: null, error: 'access_denied' })
    for (const rest of [
      '/callback?code=c',
      '/callback?state=S',
      '/callback?state=s&state=s',
      '/callback/?state=s',
      '/x/callback?state=s',
      '',
    ])
      expect([rest, answer(rest)]).toEqual([rest, null])
    expect(readAnswer('nothing', 's')).toBe(null)
  })
})

it('a login is found again however its address is written', () => {
  expect(loginKey('HTTPS://MCP.example.com:443/mcp#x')).toBe(loginKey('https://mcp.example.com/mcp'))
  expect(loginKey('https://mcp.example.com/mcp')).not.toBe(loginKey('https://mcp.example.com/mcp/'))
})
