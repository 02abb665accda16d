import assert from 'node:assert/strict'
import { test } from 'node:test'
import plugin from '../PLUGIN_FILE'

const [tool] = plugin.tools

test('counts words', async () => assert.deepEqual(await tool.handler({ text: 'one  two\nthree' }), { words: 3 }))
test('counts none in an empty text', async () => assert.deepEqual(await tool.handler({ text: ' ' }), { words: 0 }))
