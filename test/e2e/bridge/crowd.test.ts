import { connect, type Socket } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { scratch } from '../../support/scratch.ts'
import { type Service, service } from '../../support/service.ts'

const wires: Socket[] = []
let running: Service | undefined
afterAll(async () => {
  for (const wire of wires) wire.destroy()
  await running?.stop()
})

describe('a thousand connections that say nothing', () => {
  it('keep no client out, and disturb none that is connected', async () => {
    const place = scratch()
    running = await service(place)
    const { port } = running
    const { token } = (await cli(place, ['session', 'new', '--json'])).json
    const client = async () => {
      const made = new Client({ name: 't', version: '1' })
      const headers = { Authorization: `Bearer ${token}` }
      await made.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }))
      return made
    }
    const stand = (bytes: string) =>
      new Promise<void>((resolve) => {
        const wire = connect(port, '127.0.0.1', () => {
          wire.write(bytes)
          resolve()
        })
        wire.on('error', () => resolve())
        wires.push(wire)
      })
    const first = await client()
    const lines = ['', 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le', 'GET /identity HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n']
    for (let hundred = 0; hundred < 10; hundred++) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => stand(lines[n % lines.length] ?? '')))
      const newcomer = await client()
      expect((await newcomer.listTools()).tools.length).toBeGreaterThan(5)
      expect((await first.listTools()).tools.length).toBeGreaterThan(5)
      await newcomer.close()
    }
    await first.close()
  })
})
