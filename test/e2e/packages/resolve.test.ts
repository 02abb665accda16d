import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ResolveOptions } from '../../../src/effects/packages/resolution.ts'
import { resolvePackages } from '../../../src/effects/packages/resolve.ts'
import type { Lock } from '../../../src/model/lock.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { type Situation, situation } from './situation.ts'

let registry: MiniRegistry
let here: Situation
const empty: Lock = { version: 1, packages: {} }
const release = (version: string, more: object = {}) => registry.publish({ manifest: { name: 'tavily-mcp', version, ...more } })

beforeEach(async () => {
  registry = await miniRegistry()
  here = situation({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
})
afterEach(async () => {
  await registry.close()
  here.place.remove()
})

const ask = (words: string[], lock: Lock = empty, options: Partial<ResolveOptions> = {}) =>
  resolvePackages(here.system, here.world, here.environment, words, lock, { offline: false, refresh: false, ...options })

describe('package words', () => {
  it('become the newest version that fits, in whatever order they were published', async () => {
    for (const version of ['0.2.9', '0.2.22', '0.2.15', '0.3.0-beta.1', '0.3.0']) release(version)
    const { lock, troubles } = await ask(['tavily-mcp@^0.2', 'tavily-mcp', 'tavily-mcp@0.2.9', 'tavily-mcp@>=0.2.10 <0.2.20'])
    expect(troubles).toEqual([])
    expect(Object.fromEntries(Object.entries(lock.packages).map(([words, { version }]) => [words, version]))).toEqual({
      'tavily-mcp': '0.3.0',
      'tavily-mcp@0.2.9': '0.2.9',
      'tavily-mcp@>=0.2.10 <0.2.20': '0.2.15',
      'tavily-mcp@^0.2': '0.2.22',
    })
  })

  it('become the newest even where this Node does not fit it, so that all sides get the same', async () => {
    release('1.0.0')
    release('1.1.0', { engines: { node: '>=99' } })
    const { lock } = await ask(['tavily-mcp@^1', 'tavily-mcp'])
    expect(lock.packages['tavily-mcp@^1']).toMatchObject({ version: '1.1.0', engines: '>=99' })
    expect(lock.packages['tavily-mcp']?.version).toBe('1.1.0')
  })

  it('that are pinned ask nobody', async () => {
    release('1.0.0')
    const { lock } = await ask(['tavily-mcp'])
    release('2.0.0')
    registry.requests.length = 0
    expect((await ask(['tavily-mcp'], lock)).lock).toEqual(lock)
    expect(registry.requests).toEqual([])
    expect((await ask(['tavily-mcp'], lock, { refresh: true })).lock.packages['tavily-mcp']?.version).toBe('2.0.0')
  })

  it('that are pinned keep their pin when asking again fails', async () => {
    release('1.0.0')
    const { lock } = await ask(['tavily-mcp'])
    registry.token = 'changed'
    const again = await ask(['tavily-mcp'], lock, { refresh: true })
    expect(again.lock).toEqual(lock)
    expect(again.troubles).toEqual([])
    expect(again.kept[0]?.reason).toBe('the registry wants a login (E401)')
  })

  it('that name no package are reported, with the nearest one', async () => {
    const { troubles } = await ask(['tavily-mpc', '@acme/nowhere'], empty, { known: ['tavily-mcp', 'context7'] })
    expect(troubles.find(({ words }) => words === 'tavily-mpc')).toMatchObject({
      reason: 'there is no package tavily-mpc on the registry this machine uses',
      hint: 'did you mean tavily-mcp?',
    })
    expect(troubles.find(({ words }) => words === '@acme/nowhere')?.hint).toContain('npm config get registry')
  })

  it('that no version fits are reported', async () => {
    release('1.0.0')
    const { troubles } = await ask(['tavily-mcp@^9', 'tavily-mcp@nosuchtag'])
    expect(troubles.map(({ reason }) => reason).sort()).toEqual([
      'tavily-mcp has no version that fits ^9',
      'tavily-mcp has no version that fits nosuchtag',
    ])
  })

  it('that are no package name never reach npm', async () => {
    const { troubles } = await ask(['-g', 'https://127.0.0.1/x.tgz', '../x', 'x & K', 'tavily-mсp'])
    expect(troubles).toHaveLength(5)
    expect(registry.requests).toEqual([])
  })

  it('without a network are distinguished from wrong ones, without another try', async () => {
    await registry.close()
    // Of itself npm tries three times, over a minute and more.
    const { troubles } = await ask(['tavily-mcp'])
    expect(troubles[0]?.reason).toBe('the package registry could not be reached (ECONNREFUSED)')
  })

  it('with --offline ask nobody', async () => {
    release('1.0.0')
    const { troubles } = await ask(['tavily-mcp'], empty, { offline: true })
    expect(troubles[0]?.reason).toBe("tavily-mcp is not in npm's cache, and --offline was given")
    expect(registry.requests).toEqual([])
  })

  it('are asked with the key of the user, which nothing shows when it is wrong', async () => {
    release('1.0.0')
    registry.token = 'right-token-1234567890'
    const host = registry.url.slice('http:'.length)
    here.place.write('.npmrc', `registry=${registry.url}\n${host}:_authToken=right-token-1234567890\n`)
    expect((await ask(['tavily-mcp'])).lock.packages['tavily-mcp']?.version).toBe('1.0.0')
    here.place.write('.npmrc', `registry=${registry.url}\n${host}:_authToken=wrong-token-1234567890\n`)
    const { troubles } = await ask(['tavily-mcp'])
    expect(troubles[0]).toMatchObject({ reason: 'the registry wants a login (E401)', hint: 'npm login' })
    expect(JSON.stringify(troubles)).not.toContain('wrong-token')
  })

  it('on a side without npm are reported', async () => {
    const { npm: _, ...bare } = here.environment
    const { troubles } = await resolvePackages(here.system, here.world, bare, ['tavily-mcp'], empty, { offline: false, refresh: false })
    expect(troubles[0]?.reason).toBe('there is no npm on Linux')
  })

  it('are asked of the registry that the machine-wide npmrc names, when the user names none', async () => {
    release('1.0.0')
    here.place.write('.npmrc', `cache=${here.place.path('cache')}\n`)
    here.place.write('.npm-global/etc/npmrc', `registry=${registry.url}\n`)
    expect((await ask(['tavily-mcp'])).lock.packages['tavily-mcp']?.version).toBe('1.0.0')
  })
})
