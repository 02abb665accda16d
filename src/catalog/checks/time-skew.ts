import { defineCheck } from '../../core/doctor/facts.ts'
import { perSide } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'

/** Less than this hurts nothing: locks are believed for half a minute, signed messages for five. */
const SKEW_MS = 10_000

/** The clock of WSL stops while the computer sleeps, and is not always corrected afterwards (microsoft/WSL#8204). */
export const timeSkew = defineCheck({
  id: 'time-skew',
  group: 'side',
  title: 'the clocks of both sides agree',
  run: ({ sides }) => {
    const self = sides.find(({ environment }) => environment.self)?.environment
    const asked = sides.filter(({ pulse, environment }) => pulse?.ok === true && !environment.self)
    return perSide(asked, 'its clock agrees', ({ environment, pulse }) => {
      if (!pulse?.ok || Math.abs(pulse.skewMs) < SKEW_MS) return []
      const seconds = Math.round(Math.abs(pulse.skewMs) / 1000)
      const message = `the clock of ${environmentLabel(environment)} is ${seconds} s ${pulse.skewMs > 0 ? 'ahead of' : 'behind'} this side's`
      const wsl = [self, environment].some((each) => each?.kind === 'wsl')
      const fix = wsl
        ? self?.kind === 'wsl'
          ? 'sudo hwclock -s'
          : `wsl -d ${environment.distro ?? ''} -u root hwclock -s`
        : 'set the clock of one of them'
      return [{ level: 'warning', subject: 'clock', message, fix }]
    })
  },
})
