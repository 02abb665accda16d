import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { grantsSql, schemaSql } from '../../../src/bridge/machines/schema.ts'
import { WaitingFile, waitingFor } from '../../../src/bridge/handoff/waiting.ts'
import { join } from 'node:path'
import { type Desk, desk } from '../../support/desk.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksPostgres, postgres, type Postgres } from '../../support/postgres.ts'
import { deskOfCopy } from './desk-of-copy.ts'

const poll = { timeout: 30_000 }
const work = { goal: 'Green', sections: [{ heading: 'Now', body: 'half' }] }

describeUnless(lacksPostgres(), 'recipients on several machines', () => {
  let server: Postgres
  let opened: Desk[] = []
  let people = 0
  let person: string
  beforeAll(async () => {
    server = await postgres()
    server.sql(schemaSql)
  })
  afterAll(() => server.remove())
  afterEach(async () => {
    for (const each of opened.reverse()) await each.close()
    opened = []
  })

  /** Machines of one person that have each written something, all by the same program. */
  async function machines(...names: readonly string[]): Promise<Desk[]> {
    person = `person${++people}`
    server.sql(`CREATE ROLE ${person} LOGIN PASSWORD 'x'; ${grantsSql(person)}`)
    const made = names.map((name) =>
      deskOfCopy(name, server.url(person, '${secret:STORE}'), { client: 'tester', keyNamed: () => Promise.resolve('x') }),
    )
    opened.push(...made)
    for (const [at, each] of made.entries()) await each.data('memory_set', { key: `from ${names[at]}`, value: 1, namespace: 'shared' })
    for (const each of made)
      for (const name of names)
        await expect.poll(async () => (await each.data('memory_get', { key: `from ${name}`, namespace: 'shared' })).value, poll).toBe(1)
    return made
  }
  const ids = (list: unknown): string[] => (list as { id: string }[]).map(({ id }) => id).sort()
  const handoffs = async (at: Desk) => ids((await at.data('inbox')).handoffs)
  const waiting = (at: Desk): string[] =>
    ids(waitingFor(new WaitingFile(join(at.folder, 'waiting.json')).read(), 'tester', () => true, Date.now()))

  it('are all clients but the calling program on this machine: the same program elsewhere too', async () => {
    const [laptop, desktop] = (await machines('laptop', 'desktop')) as [Desk, Desk]
    const { id } = await laptop.data('handoff_create', { title: 'To all', ...work })
    await expect.poll(() => handoffs(desktop), poll).toEqual([id])
    expect(await handoffs(laptop)).toEqual([])
    await expect.poll(() => waiting(desktop), poll).toEqual([id])
    expect(waiting(laptop)).toEqual([])
    expect(await desktop.data('inbox')).toMatchObject({ handoffs: [{ by: 'tester', machine: 'laptop', to: 'any' }] })
    expect(await desktop.ok('handoff_read', { id })).toMatch(/from tester on laptop to any/)
    expect((await laptop.data('handoff_read', { id })).machine).toBeUndefined()
  })

  it('are one program, or any, of a named machine', async () => {
    const [laptop, desktop, third] = (await machines('laptop', 'desktop', 'third')) as [Desk, Desk, Desk]
    const { id: one, to } = await laptop.data('handoff_create', { title: 'One', to: 'tester@Desktop', ...work })
    expect(to).toBe('tester@desktop')
    const { id: any } = await laptop.data('handoff_create', { title: 'Any there', to: 'any@desktop', ...work })
    const { id: own } = await desktop.data('handoff_create', { title: 'Any here', to: 'any@desktop', ...work })
    const both = [String(one), String(any)].sort()
    await expect.poll(() => handoffs(desktop), poll).toEqual(both)
    await expect.poll(() => waiting(desktop), poll).toEqual(both)
    for (const each of [laptop, third]) {
      await expect.poll(async () => ids((await each.data('handoff_list')).handoffs), poll).toEqual([...both, String(own)].sort())
      expect(await handoffs(each)).toEqual([])
      expect(waiting(each)).toEqual([])
    }
    expect(ids((await laptop.data('handoff_list', { to: 'tester@desktop' })).handoffs)).toEqual(both)
    expect(ids((await laptop.data('handoff_list', { to: 'tester' })).handoffs)).toEqual([])
  })

  it('that are unknown machines are refused with the known ones, and nothing is stored', async () => {
    const [laptop] = (await machines('laptop', 'desktop')) as [Desk, Desk]
    const refused = await laptop.refused('handoff_create', { title: 'No', to: 'tester@dekstop', ...work })
    expect(refused).toMatch(/^No machine is called "dekstop"; there are laptop, desktop\. Did you mean "desktop"\?/)
    expect(await laptop.refused('ask_twin', { question: 'Where?', to: 'gemini@desktop' })).toMatch(/No program is called "gemini"/)
    expect((await laptop.data('handoff_list')).handoffs).toEqual([])
  })

  it('that are other machines are refused where the store is on this machine alone', async () => {
    const alone = desk({ client: 'tester' })
    opened.push(alone)
    expect(await alone.refused('handoff_create', { title: 'No', to: 'tester@desktop', ...work })).toMatch(/on this machine alone/)
  })

  it('of a question answer it from another machine, and only who asked is told', async () => {
    const [laptop, desktop] = (await machines('laptop', 'desktop')) as [Desk, Desk]
    const { id } = await laptop.data('ask_twin', { question: 'Which port?', to: 'tester@desktop' })
    const questions = async (at: Desk) => (await at.data('inbox')).questions
    await expect.poll(() => questions(desktop), poll).toMatchObject([{ id, by: 'tester', machine: 'laptop' }])
    expect(await questions(laptop)).toEqual([])
    expect(await laptop.refused('answer_twin', { question_id: id, answer: '1' })).toMatch(/asked question .* itself/)
    expect(await desktop.refused('ask_twin', { withdraw: id })).toMatch(/tester@laptop asked question/)
    expect(await desktop.data('answer_twin', { question_id: id, answer: '8080' })).toMatchObject({ to: 'tester@laptop' })
    await expect.poll(() => waiting(laptop), poll).toEqual([id])
    expect(waiting(desktop)).toEqual([])
    expect((await desktop.data('inbox')).answers).toEqual([])
    expect((await laptop.data('inbox')).answers).toMatchObject([{ id, answer: '8080', by: 'tester', machine: 'desktop' }])
  })

  it('of a question about a handoff are on its other end', async () => {
    const [laptop, desktop] = (await machines('laptop', 'desktop')) as [Desk, Desk]
    const { id } = await laptop.data('handoff_create', { title: 'To all', ...work })
    await expect.poll(() => handoffs(desktop), poll).toEqual([id])
    expect(await desktop.data('ask_twin', { question: 'Why?', handoff: id })).toMatchObject({ to: 'tester@laptop' })
    await desktop.data('handoff_claim', { id })
    await expect.poll(async () => (await laptop.data('handoff_read', { id })).claimed_on, poll).toBe('desktop')
    expect(await laptop.data('ask_twin', { question: 'Done?', handoff: id })).toMatchObject({ to: 'tester@desktop' })
    expect(await laptop.refused('handoff_claim', { id })).toMatch(/claimed by tester on desktop since/)
  })
})
