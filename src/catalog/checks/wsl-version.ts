import { defineCheck } from '../../core/doctor/facts.ts'
import { perSide } from '../../core/doctor/names.ts'

/** WSL 1 translates Linux calls instead of running a kernel; a container sees the kernel of WSL, but no Windows. */
export const wslVersion = defineCheck({
  id: 'wsl-version',
  group: 'side',
  title: 'WSL is version 2',
  run: ({ sides }) =>
    perSide(
      sides.filter(({ environment }) => environment.kind === 'wsl' || environment.container === true),
      'WSL version 2',
      ({ environment: { wslVersion: version, distro = 'the distribution', container, kind } }) => {
        if (container === true) {
          const message = 'this is a container, which cannot reach Windows'
          return [
            { level: 'info', subject: 'container', message, fix: 'to set up both sides, run mcp-twin in the WSL distribution itself' },
          ]
        }
        if (kind !== 'wsl' || version !== 1) return []
        const message = 'it is WSL 1, where programs are slower and some do not run at all'
        return [{ level: 'warning', subject: 'WSL version', message, fix: `in PowerShell: wsl --set-version ${distro} 2` }]
      },
    ),
})
