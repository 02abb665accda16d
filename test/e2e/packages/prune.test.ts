import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announceUse, prunePackages } from '../../../src/effects/packages/prune.ts'
import { native } from '../../../src/model/path.ts'
import { nodePath } from '../../support/machine.ts'
import { type Situation, situation } from './situation.ts'

let here: Situation
beforeEach(() => {
  here = situation()
  for (const folder of ['keep@1.0.0', 'old@1.0.0', '@acme+server@2.0.0']) plant(folder)
})
afterEach(() => here.place.remove())

function plant(folder: string): string {
  const file = here.npm(folder, 'node_modules', 'x', 'bin.js')
  mkdirSync(here.npm(folder, 'node_modules', 'x'), { recursive: true })
  writeFileSync(file, 'process.stdout.write("up"); setInterval(() => {}, 1000)')
  return file
}
const prune = (named: string[] = [], world = here.world, environment = here.environment) =>
  prunePackages(here.system, world, environment, here.folder, [{ name: 'keep', version: '1.0.0' }], named)
const left = () => readdirSync(here.npm()).sort()

describe('package folders that nothing names', () => {
  it('are removed, and all others stay', async () => {
    writeFileSync(here.npm('notes.txt'), '')
    expect(await prune()).toEqual({ removed: ['@acme+server@2.0.0', 'old@1.0.0'], busy: [] })
    expect(left()).toEqual(['keep@1.0.0', 'notes.txt'])
  })

  it('stay while an entry speaks of them', async () => {
    await prune([here.npm('old@1.0.0', 'node_modules', 'x', 'bin.js')])
    expect(left()).toEqual(['keep@1.0.0', 'old@1.0.0'])
  })

  it('stay while a server runs from them', async () => {
    const child = spawn(nodePath, [here.npm('old@1.0.0', 'node_modules', 'x', 'bin.js')], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      await once(child.stdout, 'data')
      expect(await prune()).toEqual({ removed: ['@acme+server@2.0.0'], busy: ['old@1.0.0'] })
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(await prune()).toEqual({ removed: ['old@1.0.0'], busy: [] })
  })

  it('stay while a process that loaded them announces it', async () => {
    const files = native(here.npm('old@1.0.0', 'node_modules', 'x'))
    mkdirSync(here.npm('old@1.0.0', '.use'))
    writeFileSync(here.npm('old@1.0.0', '.use', '4194303'), '')
    await announceUse(here.system, here.environment, files)
    await announceUse(here.system, here.environment, files)
    expect(readdirSync(here.npm('old@1.0.0', '.use'))).toEqual([String(process.pid)])
    expect((await prune()).busy).toEqual(['old@1.0.0'])
  })

  it('stay on a side that cannot list its processes', async () => {
    const { node: _, ...bare } = here.environment
    expect(await prune([], { environments: [bare] }, bare)).toEqual({ removed: [], busy: ['@acme+server@2.0.0', 'old@1.0.0'] })
  })

  it('cause no error where there is no folder at all', async () => {
    expect(await prunePackages(here.system, here.world, here.environment, native(here.place.path('nothing')), [])).toEqual({
      removed: [],
      busy: [],
    })
  })
})
