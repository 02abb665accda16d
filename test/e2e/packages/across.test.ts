import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installPackage } from '../../../src/effects/packages/install.ts'
import { installedPackages } from '../../../src/effects/packages/installed.ts'
import { prunePackages } from '../../../src/effects/packages/prune.ts'
import { resolvePackages } from '../../../src/effects/packages/resolve.ts'
import { plantedWorld } from '../../../src/effects/machine/plant.ts'
import { worldSchema } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { type Planted, world } from '../../support/world.ts'
import { leaveHome, moveIn } from './situation.ts'

let ours: MiniRegistry
let theirs: MiniRegistry

beforeEach(async () => {
  ;[ours, theirs] = await Promise.all([miniRegistry(), miniRegistry()])
  for (const registry of [ours, theirs]) {
    registry.publish({ manifest: { name: '@acme/server', version: '1.0.0', bin: 'bin.js' }, files: { 'bin.js': '' } })
  }
})
afterEach(async () => {
  await Promise.all([ours.close(), theirs.close()])
  leaveHome()
})

/** Pins on the own side, then installs on both as a sync does. */
async function installBoth(planted: Planted, other: string) {
  moveIn(planted.env())
  const system = nodeSystem()
  const plant = await plantedWorld(system, planted.env().MCP_TWIN_WORLD ?? '')
  const sides = [planted.self.id, other].map((id) => {
    const environment = plant.environments.find((each) => each.id === id) ?? worldSchema.parse({}).environments[0]
    if (environment === undefined) throw new Error(id)
    return { environment, folder: native(planted.side(id).native('.mcp-twin')) }
  })
  const self = sides[0]?.environment
  if (self === undefined) throw new Error('no side')
  const { lock, troubles } = await resolvePackages(
    system,
    plant,
    self,
    ['@acme/server'],
    { version: 1, packages: {} },
    { offline: false, refresh: false },
  )
  const locked = lock.packages['@acme/server']
  if (locked === undefined) throw new Error(troubles[0]?.reason)
  const results = await Promise.all(
    sides.map(({ environment, folder }) =>
      installPackage(system, plant, environment, folder, locked, { allowScripts: false, offline: false, prefix: { kind: 'own' } }),
    ),
  )
  return { system, plant, sides, lock, results }
}

describe.each([
  ['a WSL home reaching Windows', () => world().wsl('Ubuntu').windows(), 'windows'],
  ['a Windows home reaching WSL', () => world().windows().wsl('Ubuntu'), 'wsl:Ubuntu'],
  ['one distribution reaching another', () => world().wsl('Ubuntu').wsl('Debian'), 'wsl:Debian'],
])('%s', (_, sides, other) => {
  it('gets the same version on both sides, each by its own npm and registry', async () => {
    const planted = sides()
      .file('.npmrc', `registry=${theirs.url}`)
      .build({ npmrc: `registry=${ours.url}`, npmCache: 'own' })
    planted.self.write('.npmrc', `registry=${ours.url}`)
    const { results, system, plant, sides: both, lock } = await installBoth(planted, other)
    expect(results).toEqual([{ outcome: 'done' }, { outcome: 'done' }])
    for (const id of [planted.self.id, other]) {
      const file = planted.side(id).here(['.mcp-twin', 'npm', '@acme+server@1.0.0', 'node_modules', '@acme', 'server', 'bin.js'].join('/'))
      expect(existsSync(file)).toBe(true)
    }
    for (const registry of [ours, theirs]) expect(registry.requests.filter((path) => path.includes('/-/'))).toHaveLength(1)

    const folders = new Map(both.map(({ environment, folder }) => [environment.id, folder]))
    const environments = both.map(({ environment }) => environment)
    const found = await installedPackages(system, environments, folders, { version: 1, servers: {} }, lock)
    expect([...found].sort()).toEqual([planted.self.id, other].map((id) => `${id} @acme/server`).sort())

    const pruned = await Promise.all(both.map(({ environment, folder }) => prunePackages(system, plant, environment, folder, [])))
    expect(pruned).toEqual([1, 2].map(() => ({ removed: ['@acme+server@1.0.0'], busy: [] })))
  })
})

describe('a Windows side that cannot be run from here', () => {
  it('fails with the reason, and this side is done', async () => {
    const planted = world()
      .wsl('Ubuntu')
      .windows({ runnable: false })
      .build({ npmrc: `registry=${ours.url}`, npmCache: 'own' })
    const { results } = await installBoth(planted, 'windows')
    expect(results[0]).toEqual({ outcome: 'done' })
    expect(results[1]).toMatchObject({ outcome: 'failed', reason: 'programs of Windows cannot be run from here' })
    expect(readFileSync(planted.self.here('.npmrc'), 'utf8')).toContain(ours.url)
  })
})
