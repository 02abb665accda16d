import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { scratch } from '../../support/scratch.ts'
import { copies, pem, piecesIn, token } from '../../support/key-copies.ts'

describe('keys that are stored while a bridge runs', () => {
  it('are hidden from its next answer on, in files, pictures, output and logs', async () => {
    const place = scratch()
    const folder = join(place.home, '.mcp-twin/bridge/workspace')
    mkdirSync(folder, { recursive: true })
    const server = await greeted(
      { command: nodePath, args: [cliPath, 'serve', '--client', 'tester', '--terminal', 'on'], env: { ...place.env }, cwd: place.root },
      'tester',
    )
    const [key, lines] = [token(), pem()]
    writeFileSync(join(folder, 'key.pem'), lines)
    expect((await server.call('read_file', { path: 'key.pem' })).text).toBe(lines)
    expect(await cli(place, ['secret', 'set', 'TOKEN'], { input: key })).toMatchObject({ code: 0 })
    expect(await cli(place, ['secret', 'set', 'PEM'], { input: lines })).toMatchObject({ code: 0 })
    expect((await server.call('read_file', { path: 'key.pem', offset: 1, limit: 1 })).text).toMatch(
      /^•{8}\n\n?\[lines 2–2 of 8; offset 2 goes on\]$/,
    )
    for (const [how, copy] of Object.entries(copies)) {
      writeFileSync(join(folder, 'f'), `GIF89a ${copy(key)} behind\n`)
      for (const answer of [
        await server.call('read_file', { path: 'f' }),
        await server.call('search_text', { path: 'f', pattern: '.' }),
        await server.call('execute_command', { command: 'cat f; cat f >&2' }),
        await server.call('read_file', { path: copy(key) }),
      ]) {
        const common = copy(key.replace(/[a-z0-9]/gi, 'Z'))
        const enough = 8 + 4 * Math.ceil(copy(key).length / key.length)
        const left = piecesIn(JSON.stringify(answer), copy(key), enough).filter((piece) => piecesIn(common, piece).length === 0)
        expect(left, `${how}: ${JSON.stringify(answer)}`).toEqual([])
      }
    }
    await server.end()
    for (const log of ['audit.jsonl', 'logs/bridge.log', 'logs/mcp-server.log'])
      expect(piecesIn(readFileSync(join(place.home, '.mcp-twin/bridge', log), 'utf8'), key, 10)).toEqual([])
  })
})
