import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { belongs } from '../../../src/core/launch/side.ts'
import {
  isWanted,
  type Lists,
  type Spot,
  type Spots,
  type WantedPlaces,
  wantedSpots,
  type Whereabouts,
  widen,
} from '../../../src/core/plan/widen.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { debian, macos, ubuntu, windows } from '../../support/launches.ts'

const spot = (client: string, environment: Environment): Spot => ({ client, environment })
const [code, old, desktop] = [spot('claude-code', ubuntu), spot('claude-code-config', ubuntu), spot('claude-desktop', windows)]
const [cursor, cursorInWsl] = [spot('cursor', windows), spot('cursor', ubuntu)]
const usual = [code, old, desktop]
const spots = (used: readonly Spot[] = usual, environments = [ubuntu, windows], scope: Spots['scope'] = 'user'): Spots => ({
  ...{ clients, used, scope, world: { environments: [...environments] } },
})
const wanted = (more: Partial<WantedPlaces>): WantedPlaces => ({ clients: [], on: [], ...more })
const lists = (server: Lists, more: Partial<WantedPlaces>, where = spots()) => {
  const result = widen(server, wanted(more), where)
  return result.kind === 'lists' ? result.lists : result.kind
}

describe('a server of one side that another one shall have', () => {
  it.each<[string, Lists, Partial<WantedPlaces>, Lists]>([
    ['needs no list where every side has it', { only: ['wsl'] }, { on: ['windows'] }, {}],
    ['the same by the id of the side', { only: ['wsl:Ubuntu'] }, { on: ['windows'] }, {}],
    ['keeps lists that let it in already', { only: ['windows', 'wsl'] }, { on: ['wsl'] }, { only: ['windows', 'wsl'] }],
    ['keeps the side that is not here', { only: ['macos', 'wsl'] }, { on: ['windows'] }, {}],
    ['stays out of a client that is not asked for', { only: ['wsl'], except: ['cursor'] }, { on: ['windows'] }, { except: ['cursor'] }],
    ['is let in again', { except: ['windows'] }, { on: ['windows'] }, {}],
    ['joins a list of clients by their ids', { only: ['claude-code'] }, { on: ['windows'] }, { only: ['claude-code', 'claude-desktop'] }],
    [
      'gives up the sides of a list whose clients say it already',
      { only: ['claude-code', 'wsl'] },
      { on: ['windows'] },
      { only: ['claude-code', 'claude-desktop'] },
    ],
    ['begins where it was nowhere', { only: [] }, { clients: ['claude-code'] }, { only: ['claude-code'] }],
  ])('%s', (_what, server, more, expected) => {
    const result = lists(server, more)
    expect(typeof result === 'object' && result.only !== undefined ? { ...result, only: [...result.only].sort() } : result).toEqual(
      expected.only === undefined ? expected : { ...expected, only: [...expected.only].sort() },
    )
  })

  it('names a further distribution beside the one that has it', () => {
    const three = spots([...usual, spot('claude-code', debian)], [ubuntu, debian, windows])
    expect(lists({ only: ['wsl:Ubuntu'] }, { on: ['windows'] }, three)).toEqual({ only: ['wsl:Ubuntu', 'windows'] })
    expect(lists({ except: ['wsl'] }, { on: ['wsl:Ubuntu'] }, three)).toEqual({ except: ['wsl:Debian'] })
  })

  it('stays out of a distribution that has no client in use yet', () => {
    expect(lists({ only: ['wsl:Ubuntu'] }, { on: ['windows'] }, spots(usual, [ubuntu, debian, windows]))).toEqual({
      only: ['wsl:Ubuntu', 'windows'],
    })
  })

  it('joins a side that is not on this machine', () => {
    expect(lists({ only: ['wsl'] }, { on: ['macos'] })).toEqual({ only: ['wsl', 'macos'] })
  })

  it('counts clients only in a project', () => {
    const here = spots([code], [ubuntu], 'project')
    expect(lists({ only: ['cursor', 'windows'] }, { clients: ['claude-code'] }, here)).toMatchObject({})
    expect(belongs(Object(lists({ only: ['cursor'] }, { clients: ['claude-code'] }, here)), 'claude-code', ubuntu, 'project')).toBe(true)
  })
})

describe('a disabled server', () => {
  it.each<[string, Lists, Partial<WantedPlaces>, readonly string[]]>([
    ['with no lists', {}, { on: ['wsl'] }, ['wsl']],
    ['that was on the other side', { only: ['windows'] }, { on: ['wsl'] }, ['wsl']],
    ['that was kept out there', { except: ['cursor', 'wsl'] }, { clients: ['cursor'] }, ['cursor']],
    ['for one program of one side', {}, { clients: ['cursor'], on: ['windows'] }, ['cursor', 'windows']],
    ['for a program that is not in use yet', {}, { clients: ['codex'] }, ['codex']],
  ])('%s gets to the named places alone', (_what, server, more, only) => {
    expect(widen({ ...server, disabled: true }, wanted(more), spots([...usual, cursor, cursorInWsl]))).toEqual({
      ...{ kind: 'lists', lists: { only }, also: [] },
    })
  })
})

describe('several programs of which one is not in use yet', () => {
  it('all get the server', () => {
    const { only } = Object(lists({ only: ['claude-code'] }, { clients: ['cursor', 'codex'] }, spots([...usual, cursor])))
    expect(only).toEqual(expect.arrayContaining(['claude-code', 'cursor', 'codex']))
  })
})

describe('what no lists say', () => {
  it('is refused with the nearest lists, and who would get the server too', () => {
    const result = widen({ only: ['wsl'] }, wanted({ clients: ['claude-desktop'], on: ['windows'] }), spots([...usual, cursor]))
    expect(result).toEqual({ kind: 'unsayable', nearest: {}, also: [cursor] })
  })

  it('is reported all the same where nobody else is there', () => {
    expect(lists({ only: ['wsl'] }, { clients: ['claude-desktop'], on: ['windows'] })).toEqual({})
  })

  it('is both lists where there were both, and names whom they let in besides', () => {
    const all = spots([...usual, cursor, cursorInWsl])
    expect(widen({ only: ['claude-code', 'wsl'] }, wanted({ clients: ['cursor'], on: ['windows'] }), all)).toEqual({
      kind: 'lists',
      lists: { only: ['claude-code', 'wsl', 'cursor', 'windows'] },
      also: [cursorInWsl],
    })
  })
})

describe('any lists and any wish', () => {
  const sides = [ubuntu, debian, windows]
  const words = fc.constantFrom(...clients.map(({ id }) => id), 'windows', 'wsl', 'wsl:Ubuntu', 'wsl:Debian', 'macos', 'wsl:Elsewhere')
  const list = fc.option(fc.uniqueArray(words, { maxLength: 4 }), { nil: undefined })
  const every = [...sides, macos].flatMap((side) =>
    clients.filter(({ environments }) => environments.includes(side.kind)).map(({ id }) => spot(id, side)),
  )
  const wish = fc.record({
    clients: fc.uniqueArray(fc.constantFrom(...clients.map(({ id }) => id)), { maxLength: 2 }),
    on: fc.uniqueArray(fc.constantFrom('windows', 'wsl', 'wsl:Debian', 'macos'), { maxLength: 2 }),
  })
  const input = fc.record({
    ...{ only: list, except: list, wish, used: fc.subarray(every.filter(({ environment }) => environment !== macos)) },
    scope: fc.constantFrom<Spots['scope']>('user', 'user', 'project'),
  })

  it('never take a server from a place that had it, and give it to the wanted ones', () => {
    fc.assert(
      fc.property(input, ({ only, except, wish: asked, used, scope }) => {
        const server: Lists = { ...(only === undefined ? {} : { only }), ...(except === undefined ? {} : { except }) }
        const where = spots(used, sides, scope)
        const result = widen(server, asked, where)
        const after = result.kind === 'lists' ? result.lists : result.nearest
        for (const { client, environment } of every)
          if (belongs(server, client, environment, scope)) expect(belongs(after, client, environment, scope)).toBe(true)
        for (const { client, environment } of wantedSpots(asked, where)) expect(belongs(after, client, environment, scope)).toBe(true)
        for (const { client, environment } of result.also) expect(belongs(server, client, environment, scope)).toBe(false)
        if (result.kind === 'lists' && result.also.length === 0)
          for (const { client, environment } of used)
            if (belongs(after, client, environment, scope) && !belongs(server, client, environment, scope))
              expect(wantedSpots(asked, where).some((each) => each.client === client && each.environment === environment)).toBe(true)
        expect(widen(after, asked, where)).toMatchObject({ kind: 'lists', lists: after })
      }),
      { numRuns: 300 },
    )
  })

  it('follow a model of sets of places through any sequence of enable and disable', () => {
    type Step = { readonly what: 'enable' | 'disable' | 'everywhere'; readonly wish: WantedPlaces }
    const steps = fc.array(
      fc.record({ what: fc.constantFrom<Step['what']>('enable', 'enable', 'disable', 'disable', 'everywhere'), wish }),
      {
        ...{ minLength: 1, maxLength: 12 },
      },
    )
    fc.assert(
      fc.property(
        steps,
        fc.subarray(
          every.filter(({ environment }) => environment !== macos),
          { minLength: 2 },
        ),
        (history, used) => {
          const where = spots(used, sides)
          let server: Whereabouts = {}
          const here = (): readonly Spot[] =>
            server.disabled === true ? [] : used.filter(({ client, environment }) => belongs(server, client, environment, 'user'))
          for (const { what, wish: places } of history) {
            const before = here()
            const isNarrowed = places.clients.length + places.on.length > 0
            if (what === 'everywhere') {
              server = {}
              expect(here()).toEqual(used)
            } else if (what === 'disable' && !isNarrowed) {
              server = { ...server, disabled: true }
              expect(here()).toEqual([])
            } else if (what === 'disable') {
              // Both at once are refused by the command.
              const named = places.clients.length > 0 ? { clients: places.clients, on: [] } : { clients: [], on: places.on }
              server = { ...server, except: [...new Set([...(server.except ?? []), ...named.clients, ...named.on])] }
              expect(here()).toEqual(before.filter((spot) => !isWanted(named, spot)))
            } else if (!isNarrowed) {
              const { disabled: _, ...lists } = server
              server = lists
              expect(here()).toEqual(expect.arrayContaining([...before]))
            } else {
              const result = widen(server, places, where)
              if (result.kind === 'unsayable') continue
              server = result.lists
              const wished = used.filter((spot) => before.includes(spot) || isWanted(places, spot) || result.also.includes(spot))
              expect(here()).toEqual(wished)
            }
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
