import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { callTool } from '../../../src/bridge/contract/own-call.ts'
import type { Bridge } from '../../../src/bridge/contract/bridge.ts'
import { openBridge } from '../../../src/bridge/start/open.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Desk, desk, settingsIn, textOf } from '../../support/desk.ts'

let place: Desk
let bridge: Bridge | null = null
afterEach(async () => {
  await bridge?.close()
  bridge = null
  await place.close()
})

/** What the tool of another bridge over the same folder answers, each time a new one. */
async function said(name: string): Promise<string> {
  await bridge?.close()
  bridge = openBridge(settingsIn(place.base, { roots: [place.A] }), () => [])
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  const call = { client: 'other', session: 's2', signal: new AbortController().signal, progress: () => undefined }
  return textOf(await callTool(tool, {}, bridge, call))
}

/** A store with one entry, in whose folder something else has the name of a file. */
async function storeWith(name: string, make: (path: string) => void): Promise<string> {
  place = desk()
  await place.ok('memory_set', { key: 'kept', value: 1 })
  await place.bridge.close()
  const path = join(place.folder, 'store', name)
  rmSync(path, { force: true })
  make(path)
  return path
}

const full = (path: string): void => {
  mkdirSync(path)
  writeFileSync(join(path, 'x'), 'x')
}

describe('something else in place of a file of the store', () => {
  it.each<[name: string, what: string, make: (path: string) => void]>([
    ['current', 'a folder', mkdirSync],
    ['current', 'a folder', full],
    ['current', 'a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['current', 'a link', (path) => symlinkSync('/nowhere', path)],
    ['changed', 'a folder', full],
    ['changed', 'a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['salvage.lock', 'a folder', full],
    ['1.db-shm', 'a folder', full],
  ])('is named, with the command after which everything is there again: %s, %s', async (name, what, make) => {
    const path = await storeWith(name, make)
    const words = `${path} is ${what}, and a file of the store belongs there. Move it away: mv '${path}' '${path}.away'`
    expect(await said('memory_list')).toBe(words)
    expect(await said('bridge_status')).toContain(words)
    execFileSync('sh', ['-c', words.slice(words.indexOf('mv '))])
    expect(await said('memory_list')).toContain('kept')
    expect(await said('bridge_status')).not.toContain('Move it away')
  })

  it.each<[name: string, what: string, make: (path: string) => void]>([
    ['1.db', 'a folder', full],
    ['1.db', 'a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['1.db-wal', 'a folder', full],
  ])('is named, and no new store is begun in its place: %s, %s', async (name, what, make) => {
    const path = await storeWith(name, make)
    expect(await said('memory_list')).toContain(`${path} is ${what}, and a file of the store belongs there.`)
    expect(await said('bridge_status')).toContain(`${path} is ${what}`)
  })

  it('is named where the whole folder is a file', async () => {
    place = desk()
    const path = join(place.folder, 'store')
    writeFileSync(path, '')
    expect(await said('memory_list')).toBe(`${path} is no folder, and the store belongs there. Move it away: mv '${path}' '${path}.away'`)
  })
})
