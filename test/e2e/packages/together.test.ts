import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../support/bundle.ts'
import { nodePath } from '../../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { processesWith } from '../../support/processes.ts'
import { type Situation, situation } from './situation.ts'

let registry: MiniRegistry
let here: Situation
let driver: string

beforeAll(async () => {
  registry = await miniRegistry()
  here = situation({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
  driver = await bundle(fileURLToPath(new URL('install-driver.ts', import.meta.url)), join(here.place.root, 'driver.mjs'))
  for (const version of ['1.0.0', '2.0.0', '3.0.0'])
    registry.publish({ manifest: { name: 'server', version, bin: 'bin.js' }, files: { 'bin.js': '' } })
})
afterAll(() => registry.close())

const job = async (words: string): Promise<string> => {
  const { environment, folder } = here
  return JSON.stringify({ environment, folder, locked: await here.pin(words) })
}
const installing = async (work: string): Promise<{ outcome: string }> =>
  JSON.parse((await promisify(execFile)(nodePath, [driver, work])).stdout)
const tarballs = (version: string) => registry.requests.filter((path) => path.endsWith(`${version}.tgz`)).length

describe('processes that want the same version at the same moment', () => {
  it('install it once: the others wait for the first and take what it installed', async () => {
    const work = await job('server@1.0.0')
    const outcomes = await Promise.all([work, work, work].map(installing))
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', 'present', 'present'])
    expect(tarballs('1.0.0')).toBe(1)
    expect(readdirSync(here.npm())).toEqual(['server@1.0.0'])
    expect(readdirSync(here.place.path('.mcp-twin', 'locks'))).toEqual([])
  })

  it('do not wait for another version', async () => {
    const works = await Promise.all(['server@2.0.0', 'server@1.0.0'].map(job))
    const outcomes = await Promise.all(works.map(installing))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'present'])
  })

  it('take over from one that was killed at it', async () => {
    const work = await job('server@3.0.0')
    registry.stalled.add('server')
    const first = spawn(nodePath, [driver, work], { stdio: 'ignore' })
    const ended = once(first, 'exit')
    for (let waits = 0; waits < 3000 && tarballs('3.0.0') === 0; waits++) await sleep(20)
    const orphans = processesWith(here.place.root).filter(({ pid }) => pid !== first.pid)
    registry.stalled.clear()
    const second = installing(work)
    first.kill('SIGKILL')
    await ended
    for (const { pid } of orphans) process.kill(pid, 'SIGKILL')
    expect((await second).outcome).toBe('done')
    expect(readdirSync(here.npm()).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
