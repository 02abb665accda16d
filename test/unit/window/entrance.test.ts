import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Entrance } from '../../../src/window/entrance.ts'
import { Life } from '../../../src/window/life.ts'

const minute = 60_000

function entrance() {
  const clock = { now: 1_000_000 }
  let nth = 0
  const made = new Entrance(
    () => clock.now,
    () => {
      nth += 1
      return String(nth).padStart(43, '0')
    },
  )
  return { clock, made }
}
const sessionOf = (entered: ReturnType<Entrance['enter']>): string => ('session' in entered ? entered.session : '')

describe('a ticket', () => {
  it('is changed for a session once', () => {
    const { made } = entrance()
    const ticket = made.ticket()
    expect(ticket).toMatch(/^mtu_.{43}$/)
    const session = sessionOf(made.enter(ticket))
    expect(session).toMatch(/^mts_.{43}$/)
    expect(made.admits(session)).toBe(true)
    expect(made.enter(ticket)).toEqual({ refused: 'used' })
    expect(made.admits(session), 'the session stays').toBe(true)
  })

  it('of the start is good for half an hour, a later one for two minutes', () => {
    const { clock, made } = entrance()
    const first = made.ticket()
    const later = made.ticket()
    clock.now += 2 * minute
    expect(made.enter(later)).toEqual({ refused: 'late' })
    clock.now += 28 * minute - 1
    expect(made.enter(first)).toHaveProperty('session')
    const { clock: other, made: again } = entrance()
    const late = again.ticket()
    other.now += 30 * minute
    expect(again.enter(late)).toEqual({ refused: 'late' })
  })

  it('that nobody made is refused, and neither ticket nor nothing is a session', () => {
    const { made } = entrance()
    const ticket = made.ticket()
    expect(made.enter('mtu_guess')).toEqual({ refused: 'unknown' })
    expect([ticket, '', 'mts_guess'].map((token) => made.admits(token))).toEqual([false, false, false])
  })

  it('is known to whoever proves to be us, and changes with each', () => {
    const { made } = entrance()
    const first = made.ticket()
    const before = made.proof('n1')
    expect(before).toBe(createHmac('sha256', first).update('n1').digest('hex'))
    made.ticket()
    expect(made.proof('n1')).not.toBe(before)
  })

  it('is forgotten when hundreds came after it', () => {
    const { made } = entrance()
    const first = made.ticket()
    for (let nth = 0; nth < 200; nth += 1) made.ticket()
    expect(made.enter(first)).toEqual({ refused: 'unknown' })
  })
})

describe('the life of the program', () => {
  function life() {
    const clock = { now: 0 }
    return { clock, made: new Life(() => clock.now, 30 * minute) }
  }

  it('ends when no tab was opened for as long as it may idle', () => {
    const { clock, made } = life()
    clock.now = 30 * minute - 1
    expect(made.over()).toBe(null)
    clock.now = 30 * minute
    expect(made.over()).toBe('idle')
  })

  it('goes on while a tab is open, and ends some time after the last was closed', () => {
    const { clock, made } = life()
    const [close, closeOther] = [made.opened(), made.opened()]
    clock.now = 5 * 60 * minute
    close()
    close()
    clock.now += 40 * minute
    expect(made.over(), 'the other is open').toBe(null)
    closeOther()
    clock.now += 30 * minute - 1
    expect(made.over()).toBe(null)
    clock.now += 1
    expect(made.over()).toBe('idle')
  })

  it('ends twelve hours after the last click, even with a tab open', () => {
    const { clock, made } = life()
    made.opened()
    clock.now = 6 * 60 * minute
    made.clicked()
    clock.now = 18 * 60 * minute - 1
    expect(made.over()).toBe(null)
    clock.now += 1
    expect(made.over()).toBe('old')
  })
})
