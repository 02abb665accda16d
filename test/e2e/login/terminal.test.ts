import { expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { oauthServer } from '../../support/oauth-server.ts'
import { ana } from './ana.ts'

/** Where the browser would be sent after the login. */
const lastPage = async (page: string): Promise<string> => (await fetch(page, { redirect: 'manual' })).headers.get('location') ?? ''

describeUnless(lacksTerminal, 'at a terminal', () => {
  it('takes the pasted address of a page that did not load, and asks again for a wrong one', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const at = await terminal({ ...person.home, env: person.env }, ['login', 'far', '--no-browser', '--no-try'], { width: 400 })
    const screen = await at.waitFor('paste its address here:')
    const page = /(http:\S+authorize\S+)/.exec(screen)?.[1] ?? ''
    await at.type('http://127.0.0.1:1/callback?code=x&state=other')
    await at.keys('Enter')
    await at.waitFor('That is not the address of the last page of this login.')
    await at.type(await lastPage(page))
    await at.keys('Enter')
    await at.waitFor('Logged in to far.')
    expect(await at.exit()).toBe(0)
    expect(person.manifest().servers.far?.auth).toBe('oauth')
  })

  it('ends the question once the browser comes back', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const at = await terminal({ ...person.home, env: person.env }, ['login', 'far', '--no-browser', '--no-try'], { width: 400 })
    const page = /(http:\S+authorize\S+)/.exec(await at.waitFor('paste its address here:'))?.[1] ?? ''
    await fetch(page)
    await at.waitFor('Logged in to far.')
    expect(await at.exit()).toBe(0)
  })

  it('stores nothing after Ctrl-C', async () => {
    const server = await oauthServer()
    const person = ana({ far: { url: server.url } })
    const at = await terminal({ ...person.home, env: person.env }, ['login', 'far', '--no-browser'])
    await at.waitFor('paste its address here:')
    await at.keys('C-c')
    expect(await at.exit()).toBe(130)
    expect([person.home.has('.mcp-twin/logins.json'), person.manifest().servers.far]).toEqual([false, { url: server.url }])
  })

  it('offers the login as a part of add', async () => {
    const server = await oauthServer()
    const person = ana()
    const at = await terminal({ ...person.home, env: person.env }, ['add', server.url, '--name', 'far'])
    await at.waitFor('Add this server?')
    await at.keys('Enter')
    await at.waitFor('far asks for a login. Log in now, for every program?')
    await at.keys('Enter')
    expect(await at.exit()).toBe(0)
    expect(person.manifest().servers.far).toMatchObject({ auth: 'oauth' })
    expect(person.pages()).toHaveLength(1)
  })
})
