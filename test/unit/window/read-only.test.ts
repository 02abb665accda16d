import { describe, expect, it } from 'vitest'
import { withAgreed } from '../../../src/core/launch/identity.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import type { System } from '../../../src/model/system.ts'
import { changeNames } from '../../../src/window/changes.ts'
import { Doing } from '../../../src/window/doing.ts'
import { Entrance } from '../../../src/window/entrance.ts'
import { Life } from '../../../src/window/life.ts'
import { Live } from '../../../src/window/live.ts'
import type { WindowPlan } from '../../../src/window/plan.ts'
import { apiRoutes } from '../../../src/window/routes.ts'
import { ubuntu } from '../../support/launches.ts'

const tiny: ServerSpec = { command: 'tiny' }
const lock = { version: 1 as const, packages: {} }
const sides = [ubuntu]

/** All that a page can send, at a server where everything was agreed to and a person in the terminal says yes to all. */
async function tried(isReadOnly: boolean) {
  const done: string[] = []
  const live = new Live()
  const agreed = withAgreed(undefined, { servers: { tiny } }, sides, lock) ?? []
  const standing = {
    manifest: { version: 1 as const, servers: { tiny } },
    state: { version: 1 as const, files: {}, agreed },
    lock,
    sides,
    builtins: [],
  }
  const plan: WindowPlan = {
    ...{ system: {} as System, port: 0, idleMs: 1, isWsl: false, page: '', isReadOnly },
    about: { version: '', typed: 'mcp-twin', title: '', environments: {}, clients: {}, copies: {}, builtins: [] },
    run: async (argv) => {
      const isLook = argv.includes('--dry-run') || argv[0] === 'list'
      if (!isLook) done.push(argv.join(' '))
      return { code: 0, document: { servers: [], unmanaged: [], leftover: [], steps: [] } }
    },
    look: async () => ({ standing, digest: 'same' }),
    terminal: {
      ask: async () => true,
      run: async (line) => {
        done.push(line.join(' '))
        return 0
      },
    },
    audit: async (command) => void done.push(`audit ${command}`),
    running: async () => null,
    watched: async () => ({ near: {}, far: {} }),
    ...{ onRefused: () => undefined, onEntered: () => undefined, onUnknown: () => undefined },
  }
  const doing = new Doing({ ...plan, live, id: () => 'id' })
  const means = {
    doing,
    live,
    life: new Life(() => 0, 1),
    entrance: new Entrance(
      () => 0,
      () => 'a'.repeat(43),
    ),
  }
  const posts = apiRoutes(plan, means).filter(([, { method }]) => method === 'POST')
  for (const [path, { answer }] of posts)
    for (const command of changeNames)
      for (const args of [[], ['tiny'], ['tiny', 'b']]) {
        const body = { command, args, name: 'tiny', value: 'a-value-of-it', sure: true, ticket: 'x' }
        const send = async (more: object) => answer({ path, query: new URLSearchParams(), body: { ...body, ...more }, lastMessage: null })
        // Words that a command does not take are refused before anything else.
        const preview = await doing.preview(body).catch(() => null)
        const seen = preview === null ? '' : Reflect.get(Object(Reflect.get(preview, 'document')), 'seen')
        await send({ seen }).catch(() => null)
      }
  // What the terminal was asked goes on behind the answer.
  await new Promise((resolve) => setImmediate(resolve))
  return { paths: posts.map(([path]) => path), done }
}

describe('a page with --read-only', () => {
  it('does nothing by any address that takes a click, whatever it sends there', async () => {
    const { paths, done } = await tried(true)
    expect(paths).toContain('/api/do')
    expect(done).toEqual([])
  })

  it('would else do every change of the list, and what starts servers', async () => {
    const { done } = await tried(false)
    for (const command of changeNames)
      expect(
        done.some((line) => line === `audit ${command}`),
        command,
      ).toBe(true)
    expect(done).toEqual(expect.arrayContaining(['try -- tiny', 'doctor --deep', 'secret set -- tiny']))
  })
})
