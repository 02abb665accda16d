import { expect, it } from 'vitest'
import { localSeconds, localTime } from '../../src/core/local-time.ts'

it('a moment is told by the clock of this computer, with as many digits each time', () => {
  const moment = new Date(2026, 10, 1, 9, 5, 7)
  expect(localTime(moment.getTime())).toBe('2026-11-01 09:05')
  expect(localTime(moment.toISOString())).toBe('2026-11-01 09:05')
  expect(localSeconds(moment.toISOString())).toBe('2026-11-01 09:05:07')
})
