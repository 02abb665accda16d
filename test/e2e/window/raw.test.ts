import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Ui, ui } from '../../support/ui.ts'
import { home } from '../support/place.ts'

/** Sends these bytes, and resolves to the status of what comes back. */
const sent = (port: number, text: string): Promise<number> =>
  new Promise((resolve, reject) => {
    let got = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString()
      const status = /^HTTP\/1\.1 (\d+)/.exec(got)?.[1]
      if (status === undefined) return
      socket.destroy()
      resolve(Number(status))
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`cut off after "${got}"`)))
  })

/** The lines of a head, and what follows it. */
const request = (lines: readonly string[], body = ''): string => `${lines.join('\r\n')}\r\n\r\n${body}`

describe('bytes that no browser sends', () => {
  const opened = async (): Promise<{ open: Ui; mine: string }> => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    const open = await ui(place)
    return { open, mine: `Authorization: Bearer ${await open.enter()}` }
  }

  it('get nothing, whatever they call this computer', async () => {
    const { open, mine } = await opened()
    const port = String(open.port)
    const read = (...lines: readonly string[]) => request(['GET /api/list HTTP/1.1', ...lines, mine])
    const cases: readonly (readonly [string, number, string])[] = [
      ['as it should be', 200, read(`Host: 127.0.0.1:${port}`)],
      ['in capitals', 200, read(`HOST: LOCALHOST:${port}`)],
      ['with a person in front', 403, read(`Host: 127.0.0.1:${port}@evil.example`)],
      ['with a person of ours in front', 403, read(`Host: a@127.0.0.1:${port}`)],
      ['with a dot behind', 403, read(`Host: localhost.:${port}`)],
      ['with a name before ours', 403, read(`Host: evil.localhost:${port}`)],
      ['with a port that is written longer', 403, read(`Host: 127.0.0.1:0${port}`)],
      ['with no port', 403, read('Host: 127.0.0.1')],
      ['with a port and nothing else', 403, read(`Host: :${port}`)],
      ['with two ports', 403, read(`Host: 127.0.0.1:${port}:${port}`)],
      ['by the address in one number', 403, read(`Host: 2130706433:${port}`)],
      ['by another address of loopback', 403, read(`Host: 127.0.0.2:${port}`)],
      ['by its address for all', 403, read(`Host: 0.0.0.0:${port}`)],
      ['by a long IPv6 address', 403, read(`Host: [0:0:0:0:0:0:0:1]:${port}`)],
      ['by two', 403, read(`Host: 127.0.0.1:${port}, evil.example`)],
      ['twice', 400, read(`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${port}`)],
      ['not at all', 400, read()],
      ['not at all, as long ago', 400, request(['GET /api/list HTTP/1.0', mine])],
      ['in the target', 400, request([`GET http://127.0.0.1:${port}/api/list HTTP/1.1`, `Host: 127.0.0.1:${port}`, mine])],
      ['otherwise in the target', 400, request(['GET http://evil.example/api/list HTTP/1.1', `Host: 127.0.0.1:${port}`, mine])],
      ['after two strokes', 400, request(['GET //evil.example/api/list HTTP/1.1', `Host: 127.0.0.1:${port}`, mine])],
      ['as a whole server', 400, request(['OPTIONS * HTTP/1.1', `Host: 127.0.0.1:${port}`, mine])],
      ['with no origin of its own', 403, read(`Host: 127.0.0.1:${port}`, 'Origin: null')],
      ['with our origin and a path', 403, read(`Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}/`)],
      ['with our origin by TLS', 403, read(`Host: 127.0.0.1:${port}`, `Origin: https://127.0.0.1:${port}`)],
      ['with an empty origin', 403, read(`Host: 127.0.0.1:${port}`, 'Origin:')],
      ...['same-site', 'cross-site', 'none', '', 'Same-Origin, none'].map(
        (site) => [`sent from "${site}"`, 403, read(`Host: 127.0.0.1:${port}`, `Sec-Fetch-Site: ${site}`)] as const,
      ),
    ]
    for (const [what, status, text] of cases) expect(await sent(open.port, text), what).toBe(status)
  })

  it('change nothing by another method or type, and leave no folder', async () => {
    const { open, mine } = await opened()
    const host = `Host: 127.0.0.1:${open.port}`
    const body = '{"name":"NEW_KEY","value":"v"}'
    const post = (type: string) =>
      request(['POST /api/secret HTTP/1.1', host, mine, `Content-Type: ${type}`, `Content-Length: ${body.length}`], body)
    for (const type of [
      'text/json',
      'application/jsonp',
      'application/json+x',
      'application/json, text/plain',
      'text/plain; charset=application/json',
      'application/json; charset=latin1',
      'application/json; boundary=x',
      '',
    ])
      expect(await sent(open.port, post(type)), type).toBe(415)
    for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      expect(await sent(open.port, request([`${method} /api/secret HTTP/1.1`, host, mine])), `${method} a change`).toBe(405)
      expect(await sent(open.port, request([`${method} / HTTP/1.1`, host])), `${method} the page`).toBe(405)
    }
    for (const path of [
      '/..',
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/..\\package.json',
      '/page.js/../../package.json',
      '/page.js%00',
      '/page.js/',
      '/./page.js',
      '/PAGE.JS',
      '/THIRD-PARTY.txt',
      '/%70age.js',
      '/.',
    ])
      expect(await sent(open.port, request([`GET ${path} HTTP/1.1`, host, mine])), path).toBe(404)
    expect(await sent(open.port, request(['GET /page.js HTTP/1.1', host]))).toBe(200)
    expect((await open.get('/api/secret', mine.split(' ')[2] ?? '')).json.keys).toEqual([])
  })

  it('are not kept where there are more than a mebibyte, whatever length they claim', async () => {
    const { open, mine } = await opened()
    const head = ['POST /api/do HTTP/1.1', `Host: 127.0.0.1:${open.port}`, mine, 'Content-Type: application/json']
    const piece = `10000\r\n${'a'.repeat(0x1_00_00)}\r\n`
    expect(await sent(open.port, request([...head, 'Transfer-Encoding: chunked'], piece.repeat(17)))).toBe(413)
    const both = [...head, 'Transfer-Encoding: chunked', 'Content-Length: 2']
    expect(await sent(open.port, request(both, '2\r\n{}\r\n0\r\n\r\n'))).toBe(400)
    expect(await sent(open.port, request([...head, 'Content-Length: 2', 'Content-Length: 3'], '{}'))).toBe(400)
    expect(await sent(open.port, request([...head, 'Content-Length: 2', 'Content-Encoding: gzip'], '{}'))).toBe(415)
    expect(await sent(open.port, request(['GET / HTTP/1.1', `X: ${'x'.repeat(32 * 1024)}`]))).toBe(431)
  })
})
