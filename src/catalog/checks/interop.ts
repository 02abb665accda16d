import { defineCheck } from '../../core/doctor/facts.ts'
import { perSide } from '../../core/doctor/names.ts'
import { canRun, environmentLabel } from '../../core/participants.ts'
import type { Environment } from '../../model/environment.ts'

/** Switched off in wsl.conf, or lost while it runs, as by systemd-binfmt (microsoft/WSL#8843): a fresh start brings it back. */
function hintFor({ kind, distro, id }: Environment, wished: boolean): string {
  if (kind !== 'windows') return `in PowerShell: wsl -d ${distro ?? id.replace(/^wsl:/, '')}`
  return wished
    ? 'in PowerShell: wsl --shutdown, then open the distribution again'
    : 'set enabled=true under [interop] in /etc/wsl.conf, then in PowerShell: wsl --shutdown'
}

/** Can programs of the other sides be started from here? Judged by an answer of such a program, where it has one. */
export const interop = defineCheck({
  id: 'interop',
  group: 'side',
  title: 'programs of both sides can be started',
  run: ({ sides, interopWished }) => {
    const others = sides.filter(({ environment }) => !environment.self)
    if (others.length === 0) {
      const message = 'there is no other side: the servers are for the programs of this one'
      return [{ level: 'info', subject: 'one side', message, environment: sides[0]?.environment.id }]
    }
    return perSide(others, 'its programs can be started', ({ environment, pulse }) => {
      const label = environmentLabel(environment)
      const subject = 'interop'
      const { trouble } = environment
      if (!canRun(environment)) {
        const reason = trouble?.reason ?? `programs of ${label} cannot be started from here`
        return [{ level: 'error', subject, message: reason, fix: trouble?.hint ?? hintFor(environment, interopWished) }]
      }
      if (pulse === null || pulse.ok) return []
      const message = `programs of ${label} cannot be started from here: its node ${pulse.why}`
      return [{ level: 'error', subject, message, fix: hintFor(environment, interopWished) }]
    })
  },
})
