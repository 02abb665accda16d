import { WebSocket } from 'ws'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import type { Scratch } from '../../support/scratch.ts'
import { service } from '../../support/service.ts'

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }

/** Asks a bridge, and gives the result of its answer. */
export type Ask = (method: string, params?: object) => Promise<Record<string, unknown>>

/** A bridge that runs over a place, and a client of it that said hello by one of the transports. */
export const transports: Readonly<Record<string, (place: Scratch) => Promise<{ ask: Ask; stop(): Promise<unknown> }>>> = {
  async stdio(place) {
    const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'tester'], env: place.env, cwd: place.root }
    const server = await greeted(start, 'tester')
    return { ask: (method, params) => server.ask(method, params), stop: () => server.end() }
  },
  async HTTP(place) {
    const { port, stop } = await service(place)
    const { token } = (await cli(place, ['session', 'new', '--json'])).json
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
    let last = 0
    const post = async (method: string, params: object, more: Record<string, string> = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++last, method, params })
      const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body, headers: { ...headers, ...more } })
      const [line] = /\{.*\}/.exec(await answer.text()) ?? ['{}']
      return { ...JSON.parse(line), session: answer.headers.get('mcp-session-id') }
    }
    const { session } = await post('initialize', hello)
    const ask: Ask = async (method, params = {}) => (await post(method, params, { 'Mcp-Session-Id': String(session) })).result ?? {}
    return { ask, stop }
  },
  async WebSocket(place) {
    const { port, stop } = await service(place, [], '--ws')
    const { token } = (await cli(place, ['session', 'new', '--json'])).json
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['mcp', token])
    await new Promise((resolve) => socket.once('open', resolve))
    let last = 0
    const waiting = new Map<unknown, (result: Record<string, unknown>) => void>()
    socket.on('message', (data) => {
      const { id, result = {} } = JSON.parse(String(data))
      waiting.get(id)?.(result)
    })
    const ask: Ask = (method, params = {}) => {
      const id = ++last
      const answer = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return answer
    }
    await ask('initialize', hello)
    return { ask, stop }
  },
}
