import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Planted, type WorldBuilder, world } from '../../support/world.ts'
import { bundle } from '../../support/detection/bundle.ts'

/** Stands for the installed program of a home: it tells what reached it, and ends as it is told. */
const witness = `
const read = async () => { let text = ''; for await (const chunk of process.stdin) text += chunk; return text }
const { env, argv } = process
const seen = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MCP_TWIN_') && name !== 'MCP_TWIN_WORLD' || name === 'NO_COLOR'))
console.log(JSON.stringify({ argv: argv.slice(2), seen, input: await read() }))
console.error('talk')
process.exit(argv[2] === 'end' ? Number(argv[3]) : 0)
`

describe('a command typed on a side that is not home', () => {
  let handOver: Awaited<ReturnType<typeof bundle>>
  beforeAll(async () => {
    handOver = await bundle('hand-over')
  })
  afterAll(() => handOver.remove())

  const typed = (
    planted: Planted,
    args: string[],
    options: { env?: Record<string, string | undefined>; cwd?: string; input?: string } = {},
  ) => cli({ home: planted.self.here(planted.self.facts.home), env: planted.env() }, args, { ...options, program: handOver.file })

  const directions: [string, () => WorldBuilder, string][] = [
    ['from WSL to a home on Windows', () => world().wsl().windows(), 'windows'],
    ['from Windows to a home in WSL', () => world().windows().wsl(), 'wsl:Ubuntu'],
    ['from one distribution to another', () => world().wsl('Debian').wsl('Ubuntu'), 'wsl:Ubuntu'],
  ]

  for (const [title, build, id] of directions) {
    describe(title, () => {
      const atHome = (): Planted => {
        const planted = build().build()
        const home = planted.side(id)
        home.write(home.native('.mcp-twin', 'mcp-twin.json'), '{}')
        home.write(home.native('.mcp-twin', 'bin', 'mcp-twin.mjs'), witness)
        return planted
      }

      it('runs there with the same words, streams, keys and exit code', async () => {
        const planted = atHome()
        const words = ['end', '7', '--server', 'a b', '$HOME "x" %PATH% ^&|\\', '']
        const env = { MCP_TWIN_SECRET_A: 'Ä$é', MCP_TWIN_SECRET_B: '', NO_COLOR: '1', OTHER: 'no' }
        const result = await typed(planted, words, { env, input: 'from the terminal' })
        expect(result.stderr).toBe('talk\n')
        expect(result.code).toBe(7)
        expect(JSON.parse(result.stdout)).toMatchObject({
          argv: words,
          input: 'from the terminal',
          seen: { MCP_TWIN_SECRET_A: 'Ä$é', NO_COLOR: '1', MCP_TWIN_FROM: planted.self.id },
        })
      })

      it('knows the folder it was typed in, as home spells it', async () => {
        const planted = atHome()
        const folder = join(planted.self.here(planted.self.facts.home), 'a project')
        mkdirSync(folder)
        const { seen } = JSON.parse((await typed(planted, ['x'], { cwd: folder })).stdout)
        const { id: self, facts } = planted.self
        const own = (separator: string) => `${facts.home}${separator}a project`
        const spelled = {
          'wsl:Ubuntu': `\\\\wsl.localhost\\Ubuntu${own('/').replaceAll('/', '\\')}`,
          windows: own('\\').replace('C:', '/mnt/c').replaceAll('\\', '/'),
        }
        // Another distribution's own files have no spelling: the command then works from home's home.
        expect(seen.MCP_TWIN_CWD).toBe(self === 'wsl:Debian' ? planted.side(id).facts.home : spelled[self as keyof typeof spelled])
      })

      it('never takes the folder that was moved on this side for that of home', async () => {
        const planted = atHome()
        const { seen } = JSON.parse(
          (await typed(planted, ['x'], { env: { MCP_TWIN_HOME: join(planted.self.here(planted.self.facts.home), 'moved') } })).stdout,
        )
        expect(seen.MCP_TWIN_HOME).toBeUndefined()
      })

      it('says where it is missing, when home has not been set up', async () => {
        const planted = build().build()
        const home = planted.side(id)
        home.write(home.native('.mcp-twin', 'mcp-twin.json'), '{}')
        const result = await typed(planted, ['x'])
        expect([result.code, result.stdout]).toEqual([1, ''])
        expect(result.stderr).toContain(`not-installed: Home is ${id}`)
      })

      it('finds the node anew when the one in home.json is missing', async () => {
        const planted = atHome()
        const { self } = planted
        const home = planted.side(id)
        const told = {
          version: 1,
          environment: id,
          user: home.facts.user,
          folder: home.native('.mcp-twin'),
          node: home.native('gone', 'node'),
        }
        self.write(self.native('.mcp-twin', 'home.json'), JSON.stringify(told))
        expect((await typed(planted, ['end', '5'])).code).toBe(5)
      })

      it('is not passed on forever by two sides that disagree', async () => {
        const planted = atHome()
        const result = await typed(planted, ['--always'], { env: { MCP_TWIN_FROM: 'elsewhere' } })
        expect([result.code, result.stdout]).toEqual([1, ''])
        expect(result.stderr).toContain('delegation: elsewhere handed this command over')
      })
    })
  }

  it('stays where it is when that side is home', async () => {
    const planted = world().wsl().windows().build()
    const result = await typed(planted, ['x'])
    expect(result.stdout).toBe(`at home in ${planted.scratch.home}`)
  })

  it('works in the folder that it was typed in on the other side', async () => {
    const planted = world().wsl().windows().build()
    const folder = join(planted.scratch.home, 'p')
    mkdirSync(folder)
    expect((await typed(planted, ['x'], { env: { MCP_TWIN_CWD: folder } })).stdout).toBe(`at home in ${folder}`)
  })

  it('ends with the home program when it is told to end', async () => {
    const planted = world().wsl().windows().build()
    const home = planted.side('windows')
    home.write(home.native('.mcp-twin', 'mcp-twin.json'), '{}')
    home.write(
      home.native('.mcp-twin', 'bin', 'mcp-twin.mjs'),
      `process.on('SIGTERM', () => process.exit(9)); console.log(process.pid); setInterval(() => {}, 1000)`,
    )
    const child = spawn(nodePath, [handOver.file, 'x'], {
      env: planted.env(),
      cwd: planted.scratch.home,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(child.stdout, 'data')
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(9)
    expect(() => process.kill(Number(String(line)), 0)).toThrow()
  })
})
