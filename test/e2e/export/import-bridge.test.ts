import { expect, it } from 'vitest'
import { home } from '../support/place.ts'

it.each([
  ['is on, as nothing says otherwise', {}, 'keeps its settings'],
  ['has settings of its own', { bridge: { readOnly: true } }, 'keeps its settings'],
  ['is off', { bridge: { enabled: false } }, 'is off'],
])('an import that leaves the bridge out says what is so where it %s', async (_, manifest, words) => {
  const [here, there] = [home(), home()]
  here.manifest({ a: here.tiny }, { bridge: { terminal: 'off' } })
  expect((await here.run(['export', 'out'])).code).toBe(0)
  there.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, ...manifest }))
  const { output } = await there.run(['import', here.path('out'), '--trust', '--yes', '--no-try'])
  expect(output).toContain(`not taken: bridge; the bridge ${words}`)
  const after = there.readJson('.mcp-twin/mcp-twin.json') as { bridge?: { enabled?: boolean } }
  expect(after.bridge?.enabled === false).toBe(words === 'is off')
})

it('an import into a home without a manifest leaves the bridge off, and says so', async () => {
  const [here, there] = [home(), home()]
  here.manifest({ a: here.tiny }, { bridge: { terminal: 'off' } })
  await here.run(['export', 'out'])
  const { output } = await there.run(['import', here.path('out'), '--trust', '--yes', '--no-try'])
  expect(output).toContain('not taken: bridge; the bridge is off')
  expect(there.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ bridge: { enabled: false } })
})
