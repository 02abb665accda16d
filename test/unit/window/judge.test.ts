import { describe, expect, it } from 'vitest'
import { type WindowRequest, judgeOrigin, judgeRequest, type Place } from '../../../src/window/judge.ts'

const session = `mts_${'a'.repeat(43)}`
const page: Place = { method: 'GET', open: true, entry: true }
const reading: Place = { method: 'GET' }
const doing: Place = { method: 'POST' }
const entering: Place = { method: 'POST', open: true }

type Headers = Record<string, string | readonly string[]>
function asked(method: string, headers: Headers = {}, target = '/api/list'): WindowRequest {
  const all = { host: '127.0.0.1:4321', ...headers }
  return {
    method,
    target,
    headers: new Map(Object.entries(all).map(([name, value]) => [name, typeof value === 'string' ? [value] : value])),
  }
}
const status = (place: Place | null, request: WindowRequest): number | null =>
  (judgeOrigin(request, place, 4321) ?? judgeRequest(request, place, (token) => token === session))?.status ?? null
const mine = { authorization: `Bearer ${session}` }
const json = { ...mine, 'content-type': 'application/json' }

describe('a request of our page', () => {
  it.each<[string, Place, WindowRequest]>([
    ['loads it', page, asked('GET')],
    ['loads it from a link in a mail', page, asked('GET', { 'sec-fetch-site': 'cross-site' })],
    ['reads', reading, asked('GET', { ...mine, 'sec-fetch-site': 'same-origin' })],
    ['reads by another name of this computer', reading, asked('GET', { ...mine, host: 'localhost:4321' })],
    ['reads by its IPv6 name', reading, asked('GET', { ...mine, host: '[::1]:4321' })],
    ['changes something', doing, asked('POST', { ...json, origin: 'http://127.0.0.1:4321' })],
    ['comes in', entering, asked('POST', { 'content-type': 'application/json; charset=utf-8' })],
  ])('%s', (_, place, request) => expect(status(place, request)).toBe(null))
})

describe('a request is refused', () => {
  it.each<[string, number, Place | null, WindowRequest]>([
    ['with a name that leads here by DNS', 403, reading, asked('GET', { ...mine, host: 'rebound.example:4321' })],
    ['with a name that only begins like ours', 403, reading, asked('GET', { ...mine, host: '127.0.0.1.example:4321' })],
    ['with another port', 403, reading, asked('GET', { ...mine, host: '127.0.0.1:80' })],
    ['without a port', 403, reading, asked('GET', { ...mine, host: '127.0.0.1' })],
    ['with another spelling of the address', 403, reading, asked('GET', { ...mine, host: '127.1:4321' })],
    ['with two Hosts', 400, reading, asked('GET', { ...mine, host: ['127.0.0.1:4321', 'rebound.example'] })],
    ['without a Host', 400, reading, asked('GET', { ...mine, host: [] })],
    ['that names a whole address', 400, reading, asked('GET', mine, 'http://rebound.example/api/list')],
    ['that names another host in its path', 400, reading, asked('GET', mine, '//rebound.example/api/list')],
    ['of another origin', 403, doing, asked('POST', { ...json, origin: 'https://example.com' })],
    ['of a page on another port of this computer', 403, doing, asked('POST', { ...json, origin: 'http://127.0.0.1:4322' })],
    ['of a page under another name of ours', 403, doing, asked('POST', { ...json, origin: 'http://localhost:4321' })],
    ['of a page without an origin of its own', 403, doing, asked('POST', { ...json, origin: 'null' })],
    ['with two origins', 403, doing, asked('POST', { ...json, origin: ['http://127.0.0.1:4321', 'https://example.com'] })],
    ['of another site', 403, reading, asked('GET', { ...mine, 'sec-fetch-site': 'cross-site' })],
    ['of another port, which counts as the same site', 403, reading, asked('GET', { ...mine, 'sec-fetch-site': 'same-site' })],
    ['typed into the address bar', 403, reading, asked('GET', { ...mine, 'sec-fetch-site': 'none' })],
    ['without a session', 401, reading, asked('GET')],
    ['with a session that is none', 401, reading, asked('GET', { authorization: `Bearer mts_${'b'.repeat(43)}` })],
    ['with two sessions', 401, reading, asked('GET', { authorization: [`Bearer ${session}`, `Bearer ${session}`] })],
    ['with a session in another scheme', 401, reading, asked('GET', { authorization: `Basic ${session}` })],
    ['with a session in a cookie', 401, reading, asked('GET', { cookie: `session=${session}` })],
    ['with a session in the address', 401, reading, asked('GET', {}, `/api/list?session=${session}`)],
    ['for nothing, without a session', 401, null, asked('GET')],
    ['for nothing', 404, null, asked('GET', mine)],
    ['that would change by GET', 405, doing, asked('GET', mine)],
    ['that would read by POST', 405, reading, asked('POST', json)],
    ['by a method that asks first', 405, doing, asked('OPTIONS', mine)],
    ['of a form', 415, doing, asked('POST', { ...mine, 'content-type': 'application/x-www-form-urlencoded' })],
    ['of a form that says it is text', 415, doing, asked('POST', { ...mine, 'content-type': 'text/plain; application/json' })],
    ['of a form with files', 415, doing, asked('POST', { ...mine, 'content-type': 'multipart/form-data' })],
    ['without a type', 415, doing, asked('POST', mine)],
    ['with a compressed body', 415, doing, asked('POST', { ...json, 'content-encoding': 'gzip' })],
    ['with two lengths', 400, doing, asked('POST', { ...json, 'content-length': '2', 'transfer-encoding': 'chunked' })],
  ])('%s', (_, expected, place, request) => expect(status(place, request)).toBe(expected))
})
