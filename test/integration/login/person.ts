import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { beginLogin } from '../../../src/effects/login/log-in.ts'
import { listenForLogin } from '../../../src/effects/login/listener.ts'
import { loggedInFetch } from '../../../src/effects/run/login-session.ts'
import { LoginStore } from '../../../src/effects/store/logins.ts'
import { fetchBy } from '../../../src/effects/run/http.ts'
import { reachable } from '../../../src/model/path.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import type { OAuthServer } from '../../support/oauth-server.ts'
import { scratch } from '../../support/scratch.ts'

const fetchDirectly = fetchBy({ proxy: () => null, ca: [] })

/** A home with logins, and a person whose browser follows every page at once. */
export function person(variables: Partial<System> = {}) {
  const home = scratch()
  const folder = reachable(home.path('.mcp-twin'))
  const system: System = { ...nodeSystem(), ...variables }
  const store = new LoginStore(system, folder)
  const file = join(folder, 'logins.json')
  const opened: string[] = []

  /** Logs in to a server, as `login` does. `browse` is the browser. */
  async function logIn(server: OAuthServer, client = {}, browse: (page: URL) => Promise<unknown> = (page) => fetch(page)): Promise<void> {
    const state = system.random(16)
    const listener = await listenForLogin(system, state)
    try {
      const redirect = `http://127.0.0.1:${listener.port}/callback`
      const remote = { kind: 'remote' as const, url: server.url, transport: undefined, headers: {} }
      const begun = await beginLogin({ system, server: 'far', remote, client, redirect, state, fetch: fetchDirectly })
      opened.push(begun.page.href)
      const browsing = browse(begun.page)
      const login = await begun.finish(await listener.answer)
      await browsing
      await store.change(server.url, async () => login)
    } finally {
      listener.close()
    }
  }
  /** A process that has been started for the server: it sends a request, to another address where that is what the server led it to. */
  function process(server: OAuthServer) {
    const ask = loggedInFetch({ system, folder, server: 'far', url: server.url, fetch: fetchDirectly, hide: () => {} })
    return (method = 'tools/list', url = server.url) =>
      ask(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }) })
  }
  return { home, folder, system, store, file, opened, logIn, process, text: () => readFileSync(file, 'utf8') }
}

/** Logs in and returns why that failed; then nothing may be stored. `opened`: pages that a browser would have shown. */
export async function refusal(server: OAuthServer, client = {}) {
  const ana = person()
  const words = await ana.logIn(server, client).then(
    () => 'logged in',
    (error: Error) => error.message,
  )
  expect(existsSync(ana.file)).toBe(false)
  return { words, opened: ana.opened, asked: server.asked }
}
