import { afterAll, beforeAll, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const poll = { timeout: 60_000, interval: 300 }

describeUnless(lacksPostgres(), 'an action that one machine asks of another', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
    server.sql(`CREATE ROLE anna LOGIN PASSWORD 'x'; GRANT CREATE ON DATABASE postgres TO anna`)
  })
  afterAll(() => server.remove())

  async function machine(name: string): Promise<Scratch> {
    const place = scratch()
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }\n')
    expect(await cli(place, ['secret', 'set', 'STORE'], { input: 'x' })).toMatchObject({ code: 0 })
    await cli(place, ['memory', 'set', `of ${name}`, 'before'])
    const moved = await cli(place, ['store', 'move', server.url('anna', '${secret:STORE}'), '--machine', name, '--yes'])
    expect([moved.code, moved.output]).toEqual([0, expect.anything()])
    return place
  }
  const bridge = (place: Scratch, client: string) =>
    greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.root }, 'test')

  it('is done once a person has typed the command there, and its result comes back', async () => {
    const [laptop, desktop] = [await machine('laptop'), await machine('desktop')]
    const [asking, there] = [await bridge(laptop, 'claude-code'), await bridge(desktop, 'claude-code')]
    await asking.call('memory_set', { key: 'l', value: 1 })
    await there.call('memory_set', { key: 'd', value: 1 })
    const asked = await asking.call('queue_action', {
      ...{ type: 'save_conversation', to: 'claude-code@desktop' },
      params: { title: 'Plan', content: 'Port 8080', path: 'plan.md' },
    })
    const [id = ''] = /a-[0-9a-f]{12}/.exec(asked.text) ?? []
    expect(asked.text).toContain(`on desktop a person decides about it: mcp-twin actions run ${id}`)
    await expect.poll(async () => (await cli(desktop, ['actions', 'list'])).stdout, poll).toContain(id)
    const listed = (await cli(desktop, ['actions', 'list'])).stdout
    expect(listed).toContain('needs_user, from claude-code@laptop')
    expect(listed).toContain('mcp-twin actions run ID')
    const line = '1 action waits for your approval'
    expect((await cli(desktop, ['inbox'])).stdout).toContain(line)
    expect((await cli(desktop, ['inbox', '--brief', '--client', 'claude-code'])).stdout).toContain(line)
    expect((await cli(laptop, ['inbox', '--brief'])).stdout).not.toContain('approval')
    const dry = await cli(desktop, ['actions', 'run', id, '--dry-run'])
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/"?claude-code@laptop"? asks .*Nothing was changed/s)])

    // Here it cannot be approved.
    const own = await cli(laptop, ['actions', 'run', id, '--yes'])
    expect([own.code, own.stderr]).toEqual([1, expect.stringContaining('a person on that machine types')])
    expect((await asking.call('get_action', { id })).text).toContain('pending')

    const agreed = await cli(desktop, ['actions', 'run', id, '--yes'])
    expect([agreed.code, agreed.output]).toEqual([0, expect.stringContaining('the bridge carries it out')])
    await expect.poll(async () => (await asking.call('get_action', { id })).text, poll).toMatch(/ {2}done, /)
    const audit = desktop.read('.mcp-twin/bridge/audit.jsonl')
    expect(audit).toContain('asked from another machine: waits for a person')
    expect(audit).toContain('approved without a terminal')
    await asking.end()
    await there.end()
  })
})
