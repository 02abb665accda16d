import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import plugin from '../PLUGIN_FILE'

const call = (name, args = {}) => plugin.tools.find((tool) => tool.name === name).handler(args, {})
const start = process.cwd()
let folder

// As in the bridge, whose workspace is the folder that a plugin runs in.
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-'))
  process.chdir(folder)
  mkdirSync('in')
  writeFileSync('a.txt', 'one\n\ntwo\n')
  writeFileSync('in/b.txt', 'one\n\ntwo\n')
  writeFileSync('in/c.txt', 'other')
})
after(() => {
  process.chdir(start)
  rmSync(folder, { recursive: true })
})

test('counts lines', async () => assert.deepEqual(await call('count_lines', { path: 'a.txt' }), { lines: 3, filled: 2 }))
test('adds up sizes', async () => assert.deepEqual(await call('folder_size'), { files: 3, bytes: 23 }))
test('finds equal files', async () => assert.deepEqual(await call('find_duplicates'), { groups: [['a.txt', join('in', 'b.txt')]] }))
test('reads nothing outside its folder', async () => {
  await assert.rejects(call('count_lines', { path: '../x' }))
  symlinkSync(tmpdir(), 'out')
  await assert.rejects(call('folder_size', { path: 'out' }), /outside/)
})
