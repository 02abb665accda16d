import { chmodSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { bridgeOf, namesOf, pluginText, putPlugin } from '../../support/plugins.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const ways: readonly (readonly [title: string, change: (path: string, place: Scratch) => void])[] = [
  ['changed', (_, place) => void putPlugin(place, 'one.js', `${pluginText('own_tool')}\n// more`)],
  ['removed', (path) => rmSync(path)],
  ['made writable for all', (path) => chmodSync(path, 0o666)],
]

it.each(ways)('the tools of a plugin whose file was %s since it was allowed leave the list at once, before any call', async (_, change) => {
  const place = scratch()
  await cli(place, ['init', '--yes', '--offline'])
  const path = putPlugin(place, 'one.js', pluginText('own_tool'))
  expect((await cli(place, ['plugin', 'allow', 'one.js'])).code).toBe(0)
  const bridge = await bridgeOf(place)
  expect(await namesOf(bridge)).toContain('own_tool')
  change(path, place)
  expect(await namesOf(bridge)).not.toContain('own_tool')
  await bridge.end()
  const fresh = await bridgeOf(place)
  expect(await namesOf(fresh)).not.toContain('own_tool')
  await fresh.end()
})
