import { defineCheck } from '../../core/doctor/facts.ts'
import { perSide } from '../../core/doctor/names.ts'
import { isWindows } from '../../core/paths.ts'

/** Windows' drives, seen from WSL: without them no file of Windows can be reached. */
export const automount = defineCheck({
  id: 'automount',
  group: 'side',
  title: 'Windows drives are mounted',
  run: ({ sides }) => {
    const hasWindows = sides.some(({ environment }) => isWindows(environment))
    const distributions = sides.filter(({ environment }) => environment.kind === 'wsl' && hasWindows)
    return perSide(distributions, 'Windows drives are mounted', ({ environment: { mountRoot = '/mnt/' } }) => {
      if (mountRoot !== '') return []
      const fix = 'set enabled=true under [automount] in /etc/wsl.conf, then in PowerShell: wsl --shutdown'
      return [{ level: 'error', subject: 'automount', message: 'no Windows drive is mounted in this distribution', fix }]
    })
  },
})
