import { expect, it } from 'vitest'
import { codeFile, type Home, quickHome } from '../support/place.ts'

/** A home on a machine of this name, with the set-up that every machine imports. */
async function imported(machine: string): Promise<Home> {
  const place = quickHome()
  const servers = {
    every: place.tiny,
    desk: { ...place.tiny, machines: ['Desktop'] },
    lap: { ...place.tiny, machines: ['laptop'] },
  }
  place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
  place.write('.mcp-twin/state.json', JSON.stringify({ version: 1, files: {}, machine }))
  const done = await place.run(['import', 'setup', '--trust', '--no-try'])
  expect(done.code, done.output).toBe(0)
  return place
}

it('brings each server of one set-up to the machines that it names, and says elsewhere why it is off', async () => {
  const [desktop, laptop] = [await imported('desktop'), await imported('laptop')]
  expect(Object.keys(desktop.servers(codeFile)).sort()).toEqual(['desk', 'every'])
  expect(Object.keys(laptop.servers(codeFile)).sort()).toEqual(['every', 'lap'])
  expect(laptop.read('.mcp-twin/mcp-twin.json')).not.toContain('disabled')
  expect((await laptop.run(['list'])).stdout).toContain('desk is off: only on Desktop. This machine is laptop.')
  const rows = (await laptop.run(['list', '--json'])).json.servers as { name: string; reason?: string }[]
  expect(rows.flatMap(({ name, reason }) => (reason === undefined ? [] : [[name, reason]]))).toEqual([
    ['desk', 'only on Desktop. This machine is laptop.'],
  ])
  for (const command of ['enable', 'run']) {
    const refused = await laptop.run([command, 'desk'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('"desk" is only on Desktop; this machine is laptop.') })
    expect(refused.stderr).toContain('"machines": ["Desktop","laptop"]')
  }
  expect((await laptop.run(['import', 'setup', '--json'])).json.changes).toEqual([])
  expect((await laptop.run(['export', 'out'])).code).toBe(0)
  expect(laptop.read('out/mcp-twin.json')).not.toContain('disabled')
  // Switched off in the manifest, it is off for the machine that has it too.
  expect((await laptop.run(['disable', 'desk'])).code).toBe(0)
  expect(JSON.parse(laptop.read('.mcp-twin/mcp-twin.json')).servers.desk.disabled).toBe(true)
  // Named elsewhere from now on, it leaves this machine.
  laptop.write('.mcp-twin/mcp-twin.json', laptop.read('.mcp-twin/mcp-twin.json').replace('"laptop"', '"desktop"'))
  expect((await laptop.run(['sync'])).code).toBe(0)
  expect(Object.keys(laptop.servers(codeFile))).toEqual(['every'])
})
