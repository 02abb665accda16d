import { describe, expect, it } from 'vitest'
import { Live } from '../../../src/window/live.ts'
import { FactsWatch } from '../../../src/window/watching.ts'
import { reachable } from '../../../src/model/path.ts'
import type { FileFacts } from '../../../src/model/system.ts'

const tell = (live: Live, ...what: string[]) => live.tell({ kind: 'changed', what })
function page(live: Live, last: number | null = null) {
  const heard: string[] = []
  const close = live.follow((text) => heard.push(text), last)
  return { heard, close, numbers: () => heard.map((text) => Number(/^id: (\d+)/.exec(text)?.[1])) }
}

describe('what pages are told', () => {
  it('comes in order, to all of them, until they are gone', () => {
    const live = new Live()
    const [one, other] = [page(live), page(live)]
    tell(live, 'servers')
    other.close()
    tell(live, 'keys')
    expect(one.heard).toEqual([
      'id: 0\nevent: open\ndata: {}\n\n',
      'id: 1\nevent: changed\ndata: {"what":["servers"]}\n\n',
      'id: 2\nevent: changed\ndata: {"what":["keys"]}\n\n',
    ])
    expect(other.heard).toHaveLength(2)
    expect(live.size).toBe(1)
  })

  it('is what one missed that was cut off for a moment', () => {
    const live = new Live()
    for (const what of ['a', 'b', 'c']) tell(live, what)
    expect(page(live, 1).heard.slice(1).join('')).toBe(
      'id: 2\nevent: changed\ndata: {"what":["b"]}\n\nid: 3\nevent: changed\ndata: {"what":["c"]}\n\n',
    )
    expect(page(live, 3).heard).toHaveLength(1)
  })

  it('is to read everything, for one that was away too long or comes from another program', () => {
    const live = new Live()
    for (let nth = 0; nth < 300; nth += 1) tell(live, 'a')
    for (const last of [0, 50, 999]) {
      const late = page(live, last)
      expect(late.heard).toHaveLength(2)
      expect(late.heard[1]).toContain('"everything"')
    }
    expect(page(live, 100).heard).toHaveLength(201)
  })
})

describe('a look at files', () => {
  const path = reachable('/a')
  const facts = (identity: string): FileFacts => ({ kind: 'file', size: 1, mode: 0o600, uid: 1, gid: 1, links: 1, identity, modifiedMs: 1 })

  it('names the parts of which one changed, came, went, or can no longer be reached', async () => {
    let now: FileFacts | null | Error = null
    const watch = new FactsWatch({
      look: async () => {
        if (now instanceof Error) throw now
        return now
      },
    })
    const look = () => watch.changed({ servers: [path], keys: [] })
    expect(await look()).toEqual([])
    for (const next of [facts('1'), facts('2'), null, new Error('asleep')]) {
      now = next
      expect(await look()).toEqual(['servers'])
      expect(await look()).toEqual([])
    }
  })
})
