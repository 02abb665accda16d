import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { treeOf } from '../support/place.ts'

const password = 'open sesame, please'
const reference = '${secret:STORE}'

/** Every file below a folder that holds a text. */
const holding = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).includes(text)
  })

describeUnless(lacksPostgres(), 'the store of several machines', () => {
  let server: Postgres
  let people = 0
  let person: string
  beforeAll(async () => {
    server = await postgres({ tls: true })
  })
  afterAll(() => server.remove())
  beforeEach(() => {
    person = `anna${++people}`
    server.sql(
      `SET client_min_messages = error; DROP SCHEMA IF EXISTS mcp_twin CASCADE; CREATE ROLE ${person} LOGIN PASSWORD '${password}'; GRANT CREATE ON DATABASE postgres TO ${person}`,
    )
  })

  const url = (more = '') => `${server.url(person, reference)}${more}`
  const typed = async (place: Scratch, ...args: string[]) => {
    const done = await cli(place, args)
    expect(done.output).not.toContain('sesame')
    return done
  }
  const answered = async (place: Scratch, ...args: string[]) => {
    const done = await typed(place, ...args, '--json')
    expect([args, done.code, done.output]).toEqual([args, 0, expect.anything()])
    return done.json
  }
  async function machine(name: string): Promise<Scratch> {
    const place = scratch()
    place.write('.mcp-twin/mcp-twin.json', '{\n  // mine\n  "version": 1,\n  "servers": {},\n  "bridge": {}\n}\n')
    expect(await cli(place, ['secret', 'set', 'STORE'], { input: password })).toMatchObject({ code: 0 })
    await answered(place, 'memory', 'set', `of ${name}`, 'before')
    return place
  }
  const move = (place: Scratch, name: string) => answered(place, 'store', 'move', url(), '--machine', name, '--yes')

  it('is one for two machines that have moved it there, without a bridge that runs, and comes back whole', async () => {
    const [laptop, desktop] = [await machine('laptop'), await machine('desktop')]
    expect(await answered(laptop, 'store')).toMatchObject({ engine: 'embedded', counts: { memory: 1 }, server: null })
    const moved = await move(laptop, 'laptop')
    expect(moved).toMatchObject({ from: 'embedded', verified: true, left_out: [] })
    expect(moved.counts.memory).toEqual({ from: 1, to: 1, conflicts: 0, left_out: 0 })
    expect(laptop.read('.mcp-twin/mcp-twin.json')).toContain(`"store": ${JSON.stringify(url())}`)
    expect(laptop.read('.mcp-twin/mcp-twin.json')).toContain('// mine')
    expect((await move(desktop, 'desktop')).counts.memory).toMatchObject({ from: 1, to: 2 })
    expect(await answered(laptop, 'memory', 'set', 'port', '4000')).toMatchObject({ version: 1 })
    expect(await answered(desktop, 'memory', 'set', 'port', '5000')).toMatchObject({ version: 2 })
    expect((await typed(laptop, 'memory', 'get', 'of desktop')).stdout).toContain('before')
    expect(await answered(laptop, 'store')).toMatchObject({
      ...{ engine: 'postgres', counts: { memory: 3, versions: 1 } },
      server: { person, administrator: true, machine: 'laptop', schema: 2, reached: true, why: null },
    })
    expect((await typed(desktop, 'store')).stdout).toContain('This machine is desktop there.')
    // Typed again, it has nothing to do.
    expect(await answered(laptop, 'store', 'move', url(), '--yes')).toMatchObject({ changed: false })
    expect(await answered(laptop, 'store', 'move', 'embedded', '--yes')).toMatchObject({ to: 'embedded', verified: true })
    expect(laptop.read('.mcp-twin/mcp-twin.json')).not.toContain('postgres')
    expect((await typed(laptop, 'memory', 'get', 'port')).stdout).toContain('5000')
    expect(await answered(laptop, 'memory', 'set', 'port', '6000')).toMatchObject({ version: 3 })
    expect((await typed(desktop, 'memory', 'get', 'port')).stdout).toContain('5000')
    for (const { root } of [laptop, desktop]) expect(holding(root, 'sesame').filter((name) => !name.endsWith('secrets.json'))).toEqual([])
  })

  it('is followed there and back by a bridge that runs', async () => {
    const laptop = await machine('laptop')
    const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-desktop'], env: laptop.env, cwd: laptop.root }
    const bridge = await greeted(start, 'test')
    await bridge.call('memory_set', { key: 'in the bridge', value: 'one' })
    await move(laptop, 'laptop')
    expect((await bridge.call('memory_set', { key: 'in the bridge', value: 'two' })).text).toContain('version 2')
    const rows = () => server.sql(`SELECT count(*) FROM mcp_twin.entries WHERE person = '${person}' AND body LIKE '%two%'`)
    expect(rows()).toBe('1')
    // A command has the bridge send what it writes.
    expect(await answered(laptop, 'memory', 'set', 'typed', '1')).toMatchObject({ version: 1 })
    expect(await answered(laptop, 'store')).toMatchObject({ server: { reached: true } })
    await answered(laptop, 'store', 'move', 'embedded', '--yes')
    expect((await bridge.call('memory_set', { key: 'in the bridge', value: 'three' })).text).toContain('version 3')
    expect(server.sql(`SELECT count(*) FROM mcp_twin.entries WHERE person = '${person}' AND body LIKE '%three%'`)).toBe('0')
    await bridge.end()
  })

  it('names a checkout here that is likely a project of another machine, with what joins them', async () => {
    const [laptop, desktop] = [await machine('laptop'), await machine('desktop')]
    const shop = laptop.path('shop')
    laptop.write('shop/readme', '')
    const start = { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-code'], cwd: laptop.root }
    const bridge = await greeted({ ...start, env: { ...laptop.env, CLAUDE_PROJECT_DIR: shop } }, 'test')
    const [own = ''] = /shop-[0-9a-f]{4}/.exec((await bridge.call('bridge_status', {})).text) ?? []
    await bridge.call('memory_set', { key: 'port', value: 1 })
    const other = own.endsWith('0') ? 'shop-1111' : 'shop-0000'
    await answered(desktop, 'memory', 'set', 'port', '1', '--namespace', other)
    await move(desktop, 'desktop')
    const moved = await typed(laptop, 'store', 'move', url(), '--machine', 'laptop', '--yes')
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining(`mcp-twin store link ${shop} ${other}`)])
    await answered(laptop, 'store', 'link', shop, other)
    expect(/Namespace: (\S+)\./.exec((await bridge.call('bridge_status', {})).text)?.[1]).toBe(other)
    expect((await bridge.call('memory_get', { key: 'port' })).text).toContain('1')
    await bridge.end()
  })

  it('is looked at and asked about before anything is changed', async () => {
    const laptop = await machine('laptop')
    const before = treeOf(laptop.path('.mcp-twin'), ['bridge'])
    const dry = await typed(laptop, 'store', 'move', url(), '--machine', 'laptop', '--dry-run')
    expect([dry.code, dry.stderr, dry.stdout]).toEqual([
      0,
      expect.stringContaining(`as ${person}`),
      expect.stringContaining('Nothing was changed'),
    ])
    for (const words of ['can read all of it', 'new things are kept here', 'The schema mcp_twin is made'])
      expect(dry.stderr).toContain(words)
    expect(await typed(laptop, 'store', 'move', url())).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(server.sql(`SELECT to_regnamespace('mcp_twin') IS NULL`)).toBe('t')
    expect(treeOf(laptop.path('.mcp-twin'), ['bridge'])).toEqual(before)
    expect(await answered(laptop, 'store')).toMatchObject({ engine: 'embedded' })
  })

  it('stays where it is when the server refuses, is away, or has no room for this person', async () => {
    const laptop = await machine('laptop')
    const plain = await cli(laptop, ['store', 'move', server.url(person, 'hunter2'), '--yes'])
    expect([plain.code, plain.output]).toEqual([2, expect.stringContaining('mcp-twin secret set STORE')])
    expect(plain.output).not.toContain('hunter2')
    for (const [to, why] of [
      [url().replace(reference, '${secret:NONE}'), 'mcp-twin secret set NONE'],
      [url().replace(`:${server.port}`, ':1'), 'is not reached'],
      [url().replace(person, 'nobody'), 'password authentication failed'],
    ] as const)
      expect(await typed(laptop, 'store', 'move', to, '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining(why) })
    server.sql(`REVOKE CREATE ON DATABASE postgres FROM ${person}`)
    const refused = await typed(laptop, 'store', 'move', url(), '--yes')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`mcp-twin store sql --person ${person}`)])
    expect(await answered(laptop, 'store')).toMatchObject({ engine: 'embedded', counts: { memory: 1 } })
    // What an administrator runs then.
    server.sql((await typed(laptop, 'store', 'sql')).stdout)
    server.sql((await typed(laptop, 'store', 'sql', '--person', person)).stdout.replace(/^CREATE ROLE.*$/m, ''))
    await move(laptop, 'laptop')
    expect(await answered(laptop, 'store')).toMatchObject({ server: { person, administrator: false, reached: true } })
  })

  it('is on a server whose own certificate was named, and on no other', async () => {
    const laptop = await machine('laptop')
    const refused = await typed(laptop, 'store', 'move', url('?sslmode=require'), '--yes')
    const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(refused.stderr) ?? []
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('signed by itself')])
    const named = ['store', 'move', url('?sslmode=require'), '--yes', '--machine', 'laptop', '--certificate']
    expect(
      (
        await typed(
          laptop,
          ...named,
          digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        )
      ).code,
    ).toBe(1)
    expect((await typed(laptop, ...named, 'none.crt')).code).toBe(2)
    await answered(laptop, ...named, digest)
    expect(JSON.parse(laptop.read('.mcp-twin/mcp-twin.json').replace('// mine', '')).bridge.store).toEqual({
      url: url('?sslmode=require'),
      certificate: digest,
    })
    await answered(laptop, 'store', 'move', 'embedded', '--yes')
    laptop.write('server.crt', server.certificate)
    await answered(laptop, ...named, laptop.path('server.crt'))
    expect(await answered(laptop, 'memory', 'set', 'a', '1')).toMatchObject({ version: 1 })
    expect(laptop.read('.mcp-twin/mcp-twin.json')).toContain('"~/server.crt"')
  })

  it('is not moved by an undo, nor by a manifest that was pulled, nor taken along by an export', async () => {
    const laptop = await machine('laptop')
    await move(laptop, 'laptop')
    expect(await typed(laptop, 'undo', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('mcp-twin store move embedded') })
    const exported = await typed(laptop, 'export', 'setup', '--offline')
    expect([exported.code, exported.stderr]).toEqual([0, expect.stringContaining('The store server is left out')])
    expect(laptop.read('setup/mcp-twin.json')).not.toContain('postgres')
    const desktop = await machine('desktop')
    desktop.write('.mcp-twin/mcp-twin.json', laptop.read('.mcp-twin/mcp-twin.json'))
    const shown = await typed(desktop, 'store')
    expect([shown.stdout, shown.stderr]).toEqual([expect.stringContaining('embedded'), expect.stringContaining('mcp-twin store move')])
    expect((await typed(desktop, 'doctor', '--check', 'store-server')).stdout).toMatch(/has not joined it[\s\S]*mcp-twin store move/)
    expect((await answered(desktop, 'store', 'move', '--machine', 'desktop', '--yes')).counts.memory).toMatchObject({ from: 1, to: 2 })
    // The other way round too: what the machine has joined counts.
    desktop.write('.mcp-twin/mcp-twin.json', '{"version":1,"servers":{}}')
    expect(await answered(desktop, 'store')).toMatchObject({ engine: 'postgres' })
  })

  it('has one machine of a name at a time, and a machine that has joined keeps its name', async () => {
    const [laptop, clone] = [await machine('laptop'), await machine('clone')]
    await move(laptop, 'laptop')
    const bridge = await greeted({ command: nodePath, args: [cliPath, 'serve', '--client', 'x'], env: laptop.env, cwd: laptop.root }, 'x')
    await bridge.call('memory_set', { key: 'a', value: 1 })
    const refused = await typed(clone, 'store', 'move', url(), '--machine', 'laptop', '--yes')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/connected as laptop[\s\S]*store move --machine NAME/)])
    expect(await answered(clone, 'store')).toMatchObject({ engine: 'embedded' })
    await move(clone, 'other')
    await bridge.end()
    const renamed = await typed(clone, 'store', 'move', url(), '--machine', 'third', '--yes')
    expect([renamed.code, renamed.stderr]).toEqual([2, expect.stringMatching(/This machine is other there[\s\S]*move embedded/)])
  })

  it('says since when and why the server is not reached, and keeps new things until it is', async () => {
    const laptop = await machine('laptop')
    await move(laptop, 'laptop')
    await server.kill()
    try {
      const away = await answered(laptop, 'store')
      expect(away.server).toMatchObject({ reached: false, why: expect.stringContaining('ECONNREFUSED'), person: null })
      expect((await typed(laptop, 'store')).stdout).toContain('reading works, and new things are kept here')
      expect((await typed(laptop, 'memory', 'get', 'of laptop')).stdout).toContain('before')
      const kept = await answered(laptop, 'memory', 'set', 'a', '1')
      expect(kept).toMatchObject({ version: null, unsent: true })
      expect(await answered(laptop, 'store')).toMatchObject({ server: { unsent: 1, conflicts: 0 } })
      expect((await typed(laptop, 'store')).stdout).toContain('1 write is kept here and not on the server yet')
      const refused = await typed(laptop, 'memory', 'set', 'a', '2', '--if-version', '1')
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was done') })
      const found = await typed(laptop, 'doctor', '--check', 'store-server')
      expect([found.code, found.stdout]).toEqual([3, expect.stringContaining('mcp-twin store move embedded')])
      // The way back needs no server.
      await answered(laptop, 'store', 'move', 'embedded', '--yes')
      expect(await answered(laptop, 'memory', 'set', 'a', '1')).toMatchObject({ version: 2 })
    } finally {
      await server.start()
    }
  })

  it('says before it is deleted what only this machine holds', async () => {
    const laptop = await machine('laptop')
    await move(laptop, 'laptop')
    expect((await typed(laptop, 'uninstall', '--purge', '--dry-run')).stdout).not.toContain('this machine alone')
    await server.kill()
    try {
      await answered(laptop, 'memory', 'set', 'a', '1')
      await answered(laptop, 'memory', 'set', 'b', '2')
    } finally {
      await server.start()
    }
    const lost = /2 writes are on this machine alone and would be lost.*mcp-twin store/
    expect((await typed(laptop, 'uninstall', '--purge', '--dry-run')).stdout.replaceAll('\n', ' ')).toMatch(lost)
    expect((await typed(laptop, 'uninstall', '--dry-run')).stdout).not.toContain('this machine alone')
    expect(await answered(laptop, 'uninstall', '--purge', '--yes')).toMatchObject({
      notices: ['2 writes were not on the store server, and went with the store'],
    })
  })

  it('gets the schema of this program when somebody says so, and sends nothing to a newer one', async () => {
    const laptop = await machine('laptop')
    expect(await typed(laptop, 'store', 'upgrade', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('embedded') })
    await move(laptop, 'laptop')
    const schema = (n: number) => server.sql(`UPDATE mcp_twin.about SET value = '${n}' WHERE name = 'schema'`)
    expect(await answered(laptop, 'store', 'upgrade', '--yes')).toMatchObject({ from: 2, to: 2, changed: false })
    schema(1)
    expect((await typed(laptop, 'store')).stdout).toContain('mcp-twin store upgrade')
    expect(await answered(laptop, 'store', 'upgrade', '--dry-run')).toMatchObject({ from: 1, to: 2, dryRun: true })
    expect(await typed(laptop, 'store', 'upgrade')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(await answered(laptop, 'store', 'upgrade', '--yes')).toMatchObject({ from: 1, to: 2, changed: true })
    expect(await answered(laptop, 'memory', 'set', 'a', '1')).toMatchObject({ version: 1 })
    schema(3)
    expect(await typed(laptop, 'store', 'upgrade', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('update mcp-twin') })
    expect((await typed(laptop, 'memory', 'get', 'a')).stdout).toContain('1')
    expect(await typed(laptop, 'memory', 'set', 'a', '2')).toMatchObject({ stderr: expect.stringContaining('Update mcp-twin') })
    expect(server.sql(`SELECT count(*) FROM mcp_twin.batches WHERE changes LIKE '%"a"%'`)).toBe('1')
  })

  it('sends what one command has kept by another one', async () => {
    const [laptop, desktop] = [await machine('laptop'), await machine('desktop')]
    await move(laptop, 'laptop')
    await move(desktop, 'desktop')
    await server.kill()
    try {
      await answered(laptop, 'memory', 'set', 'a', '1')
      await answered(laptop, 'memory', 'set', 'a', '2')
    } finally {
      await server.start()
    }
    expect(await answered(laptop, 'store')).toMatchObject({ server: { reached: true, unsent: 0 } })
    await answered(desktop, 'store')
    expect((await typed(desktop, 'memory', 'get', 'a')).stdout).toContain('2')
    expect(await answered(desktop, 'memory', 'set', 'a', '3')).toMatchObject({ version: 3 })
  })
})
