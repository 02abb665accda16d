import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { oauthServer } from '../../support/oauth-server.ts'
import { filesWith, watchProcesses } from '../../support/processes.ts'
import { ana, HELLO } from './ana.ts'

const login = (server: { json: { servers: { name: string; login?: string }[] } }) =>
  server.json.servers.find(({ name }) => name === 'far')?.login

describe('add of an address that asks for a login', () => {
  it('writes it, names the command, and ends with 3', async () => {
    const server = await oauthServer()
    const person = ana()
    const { code, output } = await person.run(['add', server.url, '--name', 'far'], { tries: true })
    expect(code, output).toBe(3)
    expect(output).toMatch(/far \(.*was not tried: it asks for a login \(OAuth\) → once for every program:\n +mcp-twin login far/)
    expect(person.entry('far')).toMatchObject({ url: server.url })
    expect(person.pages()).toEqual([])
    const logged = await person.run(['login', 'far'], { tries: true })
    expect(logged.code, logged.output).toBe(0)
    expect(person.entry('far')?.args.slice(1)).toEqual(['run', 'far'])
  })
})

describe('the state of a login', () => {
  it('is shown by list and doctor', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url, auth: 'oauth' } })
    expect(login(await person.run(['list', '--json']))).toBe('out')
    expect((await person.run(['list'])).stdout).toContain('far needs a login\n  mcp-twin login far\n')
    const doctor = await person.run(['doctor', '--check', 'logged-in', '--json'])
    expect(doctor.code).toBe(3)
    expect(doctor.output).toContain('mcp-twin login far')
    expect((await person.run(['login', 'far'])).code).toBe(0)
    expect(login(await person.run(['list', '--json']))).toBe('in')
    expect((await person.run(['list'])).stdout).not.toContain('login')
    server.end()
    const started = person.start('far')
    await expect(started.ask('initialize', {})).rejects.toThrow('needs a login')
    await started.end()
    expect(login(await person.run(['list', '--json']))).toBe('ended')
    expect((await person.run(['list'])).stdout).toContain('far needs a new login, its last one has ended\n  mcp-twin login far\n')
  })

  it('is offered by completion for remote servers alone, and its end for those that have one', async () => {
    const servers = { far: { url: 'https://far.example/mcp' }, in: { url: 'https://in.example/mcp', auth: 'oauth' as const } }
    const person = ana({ ...servers, local: { command: 'sh' } })
    const offered = async (command: string) => (await person.run(['completion', 'bash', '--', command, ''])).stdout
    expect([await offered('login'), await offered('logout')]).toEqual(['far\nin\n', 'in\n'])
  })

  it('is what the tools of a server wait for', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url, auth: 'oauth' } })
    expect((await person.run(['sync', '--no-try'])).code).toBe(0)
    const asked = await person.run(['tools', 'far', '--json'])
    expect([asked.code, asked.json.error]).toEqual([1, expect.objectContaining({ hint: 'mcp-twin login far' })])
    expect((await person.run(['export', person.home.path('exported')])).code).toBe(0)
    expect(person.home.read('exported/SETUP.md')).toContain('`npx mcp-twin login far`')
  })

  it('is known where the address has a variable in it', async () => {
    const server = await oauthServer()
    const { port } = new URL(server.url)
    const person = ana({ far: { url: 'http://127.0.0.1:${env:FAR_PORT}/mcp' } })
    const env = { FAR_PORT: port }
    expect((await person.run(['login', 'far'], { env })).code).toBe(0)
    expect(login(await person.run(['list', '--json'], { env }))).toBe('in')
    expect((await person.run(['doctor', '--check', 'logged-in'], { env })).code).toBe(0)
  })

  it('stays through undo, and is written into no backup and no export', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    expect((await person.run(['login', 'far'])).code).toBe(0)
    expect((await person.run(['export', person.home.path('exported')])).code).toBe(0)
    expect((await person.run(['undo'])).code).toBe(0)
    expect(person.manifest().servers.far).toEqual({ url: server.url })
    expect(login(await person.run(['list', '--json']))).toBe(undefined)
    for (const token of server.given)
      expect(filesWith(token, [person.home.root]).map((file) => file.slice(person.home.home.length))).toEqual(['/.mcp-twin/logins.json'])
    expect(server.logins()).toBe(1)
  })

  it('is in no output, argument or other file, whatever is asked, also while its file is damaged', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    expect((await person.run(['login', 'far'])).code).toBe(0)
    const lines = [
      ['list', '--json'],
      ['list', '--tokens', '--json'],
      ['list', '--verbose'],
      ['tools', 'far', '--json'],
      ['doctor', '--json'],
      ['doctor', '--deep'],
      ['diff'],
      ['sync', '--check', '--json'],
      ['sync', '--dry-run', '--json'],
      ['secret', 'list', '--json'],
      ['logs', 'far'],
      ['undo', 'list', '--json'],
      ['trust', 'list', '--json'],
      ['export', person.home.path('exported'), '--json'],
      ['login', 'far', '--dry-run'],
      ['logout', 'far', '--dry-run'],
    ]
    const texts: string[] = []
    const askAll = async () => {
      for (const line of lines) texts.push((await person.run(line)).output)
      const started = person.start('far')
      texts.push(JSON.stringify(await started.ask('initialize', HELLO).catch((error: Error) => error.message)))
      await started.end()
      texts.push(started.stderr())
    }
    const file = person.home.path('.mcp-twin/logins.json')
    const sampler = await watchProcesses('access-')
    server.expire()
    await askAll()
    const whole = readFileSync(file, 'utf8')
    // An error of JSON.parse quotes what stands around the first odd character.
    const middle = whole.indexOf('access-') + 20
    for (const damaged of [whole.slice(0, middle), `${whole.slice(0, middle)}"${whole.slice(middle)}`]) {
      writeFileSync(file, damaged)
      await askAll()
    }
    const said = texts.join('\n')
    const pieces = server.given.flatMap((token) => [token, token.slice(0, 20), token.slice(-12)])
    expect(pieces.filter((piece) => said.includes(piece))).toEqual([])
    expect((await sampler.stop()).sightings).toEqual([])
    for (const token of server.given)
      expect(filesWith(token, [person.home.root]).filter((each) => !each.endsWith('/.mcp-twin/logins.json'))).toEqual([])
  })

  it('goes with the last server of its address that is removed, and is revoked', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url }, same: { url: server.url, auth: 'oauth' } })
    expect((await person.run(['login', 'far'])).code).toBe(0)
    expect((await person.run(['remove', 'far'])).output).not.toContain('login')
    expect(server.logins()).toBe(1)
    expect((await person.run(['remove', 'same', '--dry-run'])).output).toContain('same: its login is forgotten too')
    expect(server.logins()).toBe(1)
    const { code, output } = await person.run(['remove', 'same'])
    expect(code, output).toBe(0)
    expect(output).toContain('same: its login is forgotten too')
    expect([server.logins(), server.asked.at(-1)]).toEqual([0, 'revoke'])
    expect(server.given.filter((token) => filesWith(token, [person.home.root]).length > 0)).toEqual([])
  })

  it('stays when a server is removed from some programs only', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    expect((await person.run(['login', 'far'])).code).toBe(0)
    expect((await person.run(['remove', 'far', '--client', 'claude-code'])).code).toBe(0)
    expect(server.logins()).toBe(1)
  })

  it('ends with uninstall, which revokes it and removes the file', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    expect((await person.run(['login', 'far'])).code).toBe(0)
    const { code, output } = await person.run(['uninstall', '--yes'])
    expect(code, output).toBe(0)
    expect([server.logins(), server.asked.at(-1), person.home.has('.mcp-twin/logins.json')]).toEqual([0, 'revoke', false])
    expect(server.given.filter((token) => filesWith(token, [person.home.root]).length > 0)).toEqual([])
  })
})
