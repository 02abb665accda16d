import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConnectionLimits, Connections } from '../../../src/bridge/transports/connections.ts'

const small: ConnectionLimits = {
  ...{ strangers: 4, strangersAnAddress: 2, strangerMs: 100, known: 6, aSession: 3, unanswered: 2, unreadMs: 50, unreadBytes: 1000 },
}

/** What a listener sees of a connection. */
class Wire extends EventEmitter {
  readonly remoteAddress: string
  writableLength = 0
  destroyed = false

  constructor(remoteAddress = '127.0.0.1') {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }

  get socket(): Socket {
    return this as unknown as Socket
  }
}

function listening(limits: Partial<ConnectionLimits> = {}) {
  let time = 0
  const connections = new Connections({ ...small, ...limits }, () => time)
  return {
    connections,
    pass: (ms: number) => {
      time += ms
      connections.sweep()
    },
    come(address?: string): Wire {
      const wire = new Wire(address)
      time++
      connections.add(wire.socket)
      return wire
    },
    known(session: string, address?: string): Wire {
      const wire = this.come(address)
      expect(connections.begin(wire.socket)).toBe(true)
      expect(connections.know(wire.socket, session)).toBe(true)
      connections.end(wire.socket)
      return wire
    },
  }
}
const open = (wires: readonly Wire[]): number[] => wires.flatMap(({ destroyed }, at) => (destroyed ? [] : [at]))

describe('strangers', () => {
  it('make room for a newcomer, who is silent for the longest time first', () => {
    const place = listening()
    const wires = Array.from({ length: 1000 }, () => place.come())
    expect(open(wires)).toEqual([996, 997, 998, 999])
  })
  it('keep their place while they wait for an answer, as long as others are silent', () => {
    const place = listening()
    const asking = place.come()
    place.connections.begin(asking.socket)
    const silent = Array.from({ length: 50 }, () => place.come())
    expect(asking.destroyed).toBe(false)
    expect(open(silent)).toEqual([47, 48, 49])
  })
  it('of another computer make room among themselves', () => {
    const place = listening()
    const mine = place.come()
    const others = Array.from({ length: 20 }, () => place.come('10.0.0.9'))
    expect(mine.destroyed).toBe(false)
    expect(open(others)).toEqual([18, 19])
  })
  it('of many other computers leave room to those of this one', () => {
    const place = listening()
    const all = Array.from({ length: 20 }, (_, n) => place.come(`10.0.0.${n}`))
    const mine = place.come('::1')
    expect(mine.destroyed).toBe(false)
    expect(open(all)).toHaveLength(3)
  })
  it('go when their time is over, whatever they send', () => {
    const place = listening()
    const [silent, asking] = [place.come(), place.come()]
    place.connections.begin(asking.socket)
    place.pass(90)
    expect(open([silent, asking])).toEqual([0, 1])
    place.pass(20)
    expect(open([silent, asking])).toEqual([1])
    place.pass(200)
    expect(open([silent, asking])).toEqual([])
  })
})

describe('clients with a token', () => {
  it('are in nobody else’s way, and strangers not in theirs', () => {
    const place = listening()
    const clients = [place.known('a'), place.known('b')]
    const strangers = Array.from({ length: 100 }, () => place.come())
    place.pass(1000)
    expect(open(clients)).toEqual([0, 1])
    expect(open(strangers)).toEqual([])
    expect([...place.connections.sessions()].sort()).toEqual(['a', 'b'])
  })
  it('make room for another connection of their session, the idle one first', () => {
    const place = listening()
    const [first, second, third] = [place.known('a'), place.known('a'), place.known('a')]
    place.connections.begin(first.socket)
    const fourth = place.known('a')
    expect(open([first, second, third, fourth])).toEqual([0, 2, 3])
  })
  it('learn when all connections of their session are busy, and no other session does', () => {
    const place = listening()
    const busy = [place.known('a'), place.known('a'), place.known('a')]
    for (const { socket } of busy) place.connections.begin(socket)
    const more = place.come()
    place.connections.begin(more.socket)
    expect(place.connections.know(more.socket, 'a')).toBe(false)
    expect(place.connections.know(more.socket, 'b')).toBe(true)
    expect(open(busy)).toEqual([0, 1, 2])
  })
  it('of one session do not take the places of all', () => {
    const place = listening({ aSession: 5 })
    const many = Array.from({ length: 5 }, () => place.known('a'))
    const others = [place.known('b'), place.known('c'), place.known('d')]
    expect(open(others)).toEqual([0, 1, 2])
    expect(open(many)).toEqual([2, 3, 4])
  })
  it('lose their connections with their session', () => {
    const place = listening()
    const [a, b] = [place.known('a'), place.known('b')]
    place.connections.cut((session) => session === 'a')
    expect(open([a, b])).toEqual([1])
    expect(place.connections.sessions()).toEqual(['b'])
  })
  it('that ask more than is answered are cut off', () => {
    const place = listening()
    const wire = place.known('a')
    expect([1, 2, 3].map(() => place.connections.begin(wire.socket))).toEqual([true, true, false])
    expect(wire.destroyed).toBe(true)
    expect(place.connections.begin(wire.socket)).toBe(false)
    place.connections.end(wire.socket)
  })
  it('are cut off when they read nothing of their answer, not when they read slowly', () => {
    const place = listening()
    const [stuck, slow, full] = [place.known('a'), place.known('a'), place.known('a')]
    stuck.writableLength = 10
    full.writableLength = 1001
    for (let n = 0; n < 4; n++) {
      slow.writableLength = n % 2 === 0 ? 10 : 0
      place.pass(20)
    }
    expect(open([stuck, slow, full])).toEqual([1])
  })
})

describe('any connections, in any order', () => {
  it('are never more than are allowed, and the newest stranger is never turned away', () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('come' as const), address: fc.constantFrom('127.0.0.1', '10.0.0.1', '10.0.0.2') }),
      fc.record({
        kind: fc.constantFrom('ask' as const, 'know' as const, 'answer' as const, 'leave' as const),
        at: fc.nat(30),
        session: fc.constantFrom('a', 'b', 'c'),
      }),
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const place = listening()
        const wires: { wire: Wire; session: string | null }[] = []
        for (const each of acts) {
          if (each.kind === 'come') {
            const wire = place.come(each.address)
            expect(wire.destroyed).toBe(false)
            wires.push({ wire, session: null })
          } else {
            const one = wires[each.at % Math.max(1, wires.length)]
            if (one === undefined || one.wire.destroyed) continue
            if (each.kind === 'ask') place.connections.begin(one.wire.socket)
            if (each.kind === 'answer') place.connections.end(one.wire.socket)
            if (each.kind === 'know' && place.connections.know(one.wire.socket, each.session)) one.session = each.session
            if (each.kind === 'leave') one.wire.destroy()
          }
          const alive = wires.filter(({ wire }) => !wire.destroyed)
          expect(alive.filter(({ session }) => session === null).length).toBeLessThanOrEqual(small.strangers)
          expect(alive.filter(({ session }) => session !== null).length).toBeLessThanOrEqual(small.known)
          for (const session of ['a', 'b', 'c'])
            expect(alive.filter((held) => held.session === session).length).toBeLessThanOrEqual(small.aSession)
        }
      }),
    )
  })
})
