import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { addressIn } from '../../../src/bridge/machines/address.ts'
import { joinServer, leaveServer } from '../../../src/bridge/machines/joining.ts'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { create, list, update } from '../../../src/bridge/handoff/handoff.ts'
import { answer, ask } from '../../../src/bridge/handoff/question.ts'
import { indexAgain } from '../../../src/bridge/memory/index-again.ts'
import { get, history, remove, set } from '../../../src/bridge/memory/memory.ts'
import { search } from '../../../src/bridge/memory/search.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { type Machine, startMachine } from './machine.ts'

const random = (bytes: number): string => randomBytes(bytes).toString('hex')
const author = { client: 'code', session: 's1' }
const namespace = 'shared'
const engine = chooseEngine(process.platform, process.arch)

describeUnless(lacksPostgres(), 'a machine that joins a store server', () => {
  let server: Postgres
  let folder: string
  let people = 0
  let person: string
  let open: { close(): unknown }[] = []
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'joining-'))
    person = `joiner${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
  })
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close()
    open = []
    rmSync(folder, { recursive: true, force: true })
  })

  /** A store of a machine that has joined nothing. */
  async function embedded(name: string): Promise<Store> {
    const store = await Store.open({
      ...{ place: new StorePlace(join(folder, name)), engine, machine: name, now: Date.now, random, rebuild: indexAgain },
      report: (problem) => {
        throw new Error(problem)
      },
    })
    open.push(store)
    return store
  }
  const url = () => server.url(person, 'x')
  const joined = (name: string, holdsKey: (value: unknown) => boolean = () => false) =>
    joinServer({
      ...{ place: new StorePlace(join(folder, name)), engine, now: Date.now, random },
      ...{ server: { url: url(), machine: name }, address: addressIn(url()), holdsKey },
    })
  async function start(name: string): Promise<Machine> {
    const machine = await startMachine(join(folder, name), name, url())
    open.push(machine)
    return machine
  }
  const put = (store: Store, key: string, value: string) =>
    store.write(author, (transaction) => set(transaction, { namespace, key, value }))
  const value = (store: Store, key: string) => store.read((database) => get(database, namespace, key, Date.now())?.value)
  const versions = (store: Store, key: string) =>
    store.read((database) => history(database, namespace, key).map((each) => [each.version, each.value]))
  async function fill(store: Store): Promise<void> {
    for (let i = 0; i < 150; i++) await put(store, `key ${i}`, `fox ${i}`)
    await put(store, 'twice', 'one')
    await put(store, 'twice', 'two')
    await put(store, 'gone', 'one')
    await store.write(author, (transaction) => {
      remove(transaction, { namespace, key: 'gone' })
      create(transaction, {
        ...{ id: 'h-1', title: 'Finish it', goal: 'All green', acceptance: null, namespace, to: null, files: [], sections: [] },
      })
      update(transaction, 'h-1', { note: 'half' }, { ...author, pid: 1, start: '' }, () => true)
      ask(transaction, { id: 'q-1', question: 'Which port?', handoff: 'h-1', to: null })
    })
    await store.write({ client: 'desk', session: 's2' }, (transaction) => answer(transaction, 'q-1', '8080'))
  }

  it('brings all that it holds, and another machine has it, with words, versions and notes', async () => {
    const store = await embedded('laptop')
    await fill(store)
    const before = await store.cursor()
    const { from, to, conflicts } = await joined('laptop')
    expect([to, conflicts]).toEqual([from, 0])
    const [laptop, desktop] = [await start('laptop'), await start('desktop')]
    for (const each of [laptop, desktop]) {
      expect(await value(each.store, 'key 149')).toBe('"fox 149"')
      expect(await versions(each.store, 'twice')).toEqual([
        [2, '"two"'],
        [1, '"one"'],
      ])
      expect(await versions(each.store, 'gone')).toEqual([
        [2, null],
        [1, '"one"'],
      ])
      expect(await each.store.read((database) => search(database, { query: 'fox', limit: 5 }, Date.now()))).toHaveLength(5)
      expect(await each.store.read((database) => list(database, {}, () => true, Date.now()).map(({ id }) => id))).toEqual(['h-1'])
      expect(await each.store.read((database) => database.all('SELECT note FROM handoff_notes'))).toEqual([{ note: 'half' }])
      expect(await each.store.read((database) => database.all('SELECT answer FROM questions'))).toEqual([{ answer: '8080' }])
    }
    // A program that waits goes on where it was.
    expect(await laptop.store.changesAfter(before)).toEqual([])
    expect(laptop.problems).toEqual([])
  })

  it('brings values and histories of megabytes, a few at a time', async () => {
    const store = await embedded('laptop')
    for (let i = 0; i < 12; i++) await put(store, `large ${i % 4}`, `${i} ${'x'.repeat(900_000)}`)
    const moved = await joined('laptop')
    for (const counts of [moved.from, moved.to]) expect(counts).toMatchObject({ memory: 4, versions: 8 })
    expect(await value((await start('desktop')).store, 'large 3')).toMatch(/^"11 x/)
  })

  it('sends nothing twice when it is typed again', async () => {
    await fill(await embedded('laptop'))
    await joined('laptop')
    const place = new StorePlace(join(folder, 'laptop'))
    // As if it had been killed before the new store was in use.
    place.moveTo(1, random(4))
    const n = server.sql(`SELECT n FROM mcp_twin.people WHERE person = '${person}'`)
    const { from, to } = await joined('laptop')
    expect(to).toEqual(from)
    expect(server.sql(`SELECT n FROM mcp_twin.people WHERE person = '${person}'`)).toBe(n)
  })

  it('keeps the value of the server where both hold another one, and its own in the history', async () => {
    const [one, two] = [await embedded('one'), await embedded('two')]
    await put(one, 'port', '4000')
    await put(one, 'same', 'x')
    await put(two, 'port', '5000')
    await put(two, 'same', 'x')
    await put(two, 'new', 'y')
    await joined('one')
    const { from, to, conflicts } = await joined('two')
    expect([from.memory, to.memory, conflicts]).toEqual([3, 3, 1])
    const both = [await start('one'), await start('two')]
    for (const { store } of both) {
      await expect
        .poll(() => versions(store, 'port'))
        .toEqual([
          [3, '"4000"'],
          [2, '"5000"'],
          [1, '"4000"'],
        ])
      expect(await versions(store, 'same')).toEqual([[1, '"x"']])
      expect(await value(store, 'new')).toBe('"y"')
    }
  })

  it('leaves out what holds a stored key, with all that belongs to it', async () => {
    const store = await embedded('laptop')
    await fill(store)
    await put(store, 'login', 'sesame')
    await put(store, 'login', 'forgotten')
    await store.write(author, (transaction) => update(transaction, 'h-1', { note: 'sesame' }, { ...author, pid: 1, start: '' }, () => true))
    const { leftOut, from, to } = await joined('laptop', (value) => JSON.stringify(value).includes('sesame'))
    expect(leftOut).toEqual({ memory: ['login (shared)'], handoffs: ['h-1'], questions: [] })
    expect(to).toEqual({ ...from, memory: from.memory - 1, versions: from.versions - 1, handoffs: 0 })
    expect(server.sql(`SELECT count(*) FROM mcp_twin.entries WHERE person = '${person}' AND body LIKE '%sesame%'`)).toBe('0')
    expect(server.sql(`SELECT count(*) FROM mcp_twin.entries WHERE person = '${person}' AND kind LIKE 'handoff%'`)).toBe('0')
  })

  it('leaves the embedded store in use where the server does not hold what was sent', async () => {
    const store = await embedded('laptop')
    await put(store, 'a', '1')
    // As if somebody had taken a row out by hand between sending and comparing.
    server.sql(`CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER lose BEFORE INSERT ON mcp_twin.entries FOR EACH ROW WHEN (NEW.person = '${person}') EXECUTE FUNCTION public.lose()`)
    try {
      await expect(joined('laptop')).rejects.toThrow('another number of memory')
    } finally {
      server.sql('DROP TRIGGER lose ON mcp_twin.entries; DROP FUNCTION public.lose()')
    }
    expect(new StorePlace(join(folder, 'laptop')).generation()).toBe(1)
    expect(await value(store, 'a')).toBe('"1"')
  })

  it('leaves the embedded store in use when the server is away in the middle', async () => {
    const store = await embedded('laptop')
    await put(store, 'a', '1')
    await server.kill()
    try {
      await expect(joined('laptop')).rejects.toThrow()
    } finally {
      await server.start()
    }
    expect(await value(store, 'a')).toBe('"1"')
    await put(store, 'b', '2')
    await joined('laptop')
    expect(await value((await start('laptop')).store, 'b')).toBe('"2"')
  })

  it('goes back with all that the copy holds, and joins again with what was made since on both sides', async () => {
    await fill(await embedded('laptop'))
    await joined('laptop')
    const [laptop, desktop] = [await start('laptop'), await start('desktop')]
    await put(laptop.store, 'on the server', '1')
    for (const each of open.splice(open.indexOf(laptop), 1)) await each.close()
    const place = new StorePlace(join(folder, 'laptop'))
    await leaveServer({ place, engine, now: Date.now, random })
    const back = await embedded('laptop')
    expect([await value(back, 'on the server'), await value(back, 'key 7')]).toEqual(['"1"', '"fox 7"'])
    expect(await back.read((database) => search(database, { query: 'fox', limit: 5 }, Date.now()))).toHaveLength(5)
    await put(back, 'twice', 'three')
    await put(desktop.store, 'key 7', 'fox of the desktop')
    expect((await joined('laptop')).conflicts).toBe(0)
    const again = await start('laptop')
    expect([await value(again.store, 'twice'), await value(again.store, 'key 7')]).toEqual(['"three"', '"fox of the desktop"'])
    await expect.poll(() => value(desktop.store, 'twice')).toBe('"three"')
  })
})
