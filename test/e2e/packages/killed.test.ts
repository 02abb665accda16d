import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LockedPackage } from '../../../src/model/lock.ts'
import { bundle } from '../../support/bundle.ts'
import { nodePath } from '../../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { leftovers, processesWith } from '../../support/processes.ts'
import { sample } from '../../support/runs.ts'
import { type Situation, situation } from './situation.ts'

let registry: MiniRegistry
let here: Situation
let driver: string
let older: LockedPackage
let newer: LockedPackage
const release = (version: string) =>
  registry.publish({ manifest: { name: 'server', version, bin: 'bin.js', dependencies: { part: '1.0.0' } }, files: { 'bin.js': '' } })

beforeAll(async () => {
  registry = await miniRegistry()
  here = situation({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
  driver = await bundle(fileURLToPath(new URL('install-driver.ts', import.meta.url)), join(here.place.root, 'driver.mjs'))
  registry.publish({ manifest: { name: 'part', version: '1.0.0' } })
  release('1.0.0')
  older = await here.pin('server@1.0.0')
  await here.install(older)
  release('2.0.0')
  newer = await here.pin('server@2.0.0')
})
afterAll(() => registry.close())

/** Our program, at work on the newer version in a process of its own. */
function start(locked: LockedPackage): ChildProcess {
  const { environment, folder } = here
  return spawn(nodePath, [driver, JSON.stringify({ environment, folder, locked })], { stdio: ['ignore', 'ignore', 'inherit'] })
}
const inFolder = () => readdirSync(here.npm()).sort()
const parts = () => inFolder().filter((name) => name.startsWith('.'))

/** Kills what a killed run of ours left running, as the end of a login session would. */
async function endOrphans(): Promise<void> {
  for (const { pid } of processesWith(here.place.root)) process.kill(pid, 'SIGKILL')
  expect(await leftovers(here.place.root)).toEqual([])
}

describe('a run of ours that is killed', () => {
  it.each(sample([5, 60, 150, 250, 350, 450, 600], 3))(
    'after %i ms leaves the earlier version whole and nothing that looks like the newer one',
    async (ms) => {
      const child = start(newer)
      const ended = once(child, 'exit')
      await sleep(ms)
      child.kill('SIGKILL')
      await ended
      await endOrphans()
      const seen = inFolder().filter((name) => !name.startsWith('.'))
      expect(seen).toContain('server@1.0.0')
      expect((await here.install(older)).outcome).toBe('present')
      if (seen.includes('server@2.0.0')) expect((await here.install(newer)).outcome).toBe('present')
    },
  )

  it('while a download hangs leaves its half, and the next run clears that away and finishes', async () => {
    release('3.0.0')
    const newest = await here.pin('server@3.0.0')
    registry.stalled.add('server')
    const child = start(newest)
    const ended = once(child, 'exit')
    for (let waits = 0; waits < 3000 && !registry.requests.includes('server/-/3.0.0.tgz'); waits++) await sleep(20)
    child.kill('SIGKILL')
    await ended
    await endOrphans()
    expect(parts().length).toBe(1)
    registry.stalled.clear()
    expect((await here.install(newest)).outcome).toBe('done')
    expect(parts()).toEqual([])
    expect(inFolder()).toContain('server@3.0.0')
  })
})
