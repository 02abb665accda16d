import { defineCheck, type ClientFile, type Facts, type WindowsPolicies } from '../../core/doctor/facts.ts'
import { isPolicyOff, list, programName } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Who may write to the key: of the machine only administrators, and rules of an organisation come back by themselves. */
const whoseFix = (name: string, key: string): string =>
  /^(?:HKCU|HKEY_CURRENT_USER)/i.test(key)
    ? `whoever manages your Windows account can set ${name} to 1 under ${key}, or take it away`
    : `only an administrator of this computer, or whoever manages it, can set ${name} to 1 under ${key}, or take it away`

function judge(facts: Facts, file: ClientFile, policy: string, { values, trouble }: WindowsPolicies): CheckResult[] {
  const subject = programName(facts, file)
  if (trouble !== null) return [{ level: 'skipped', subject, message: `its policies cannot be read from here: ${trouble}` }]
  const off = values.filter(({ name, value }) => name.toLowerCase() === policy.toLowerCase() && isPolicyOff(value))
  if (off.length === 0) return [{ level: 'ok', subject, message: 'no policy keeps it from starting servers of its config' }]
  const ours = facts.plan.files.find(({ observed }) => observed.file === file.file && observed.environment.id === file.environment.id)
  const names = ours?.desired.wanted.map(({ name }) => name) ?? []
  return off.map(({ key, name, value }) => ({
    level: names.length > 0 ? 'error' : 'info',
    subject,
    message: `a policy keeps it from starting any server of its config${names.length > 0 ? `: ${list(names)} will not load` : ''}`,
    detail: [`${key}  ${name} = ${value}`],
    fix: whoseFix(policy, key),
  }))
}

/** `SOFTWARE\\Policies\\Claude` of the machine and of the user; the other two policies there are about extensions. */
export const desktopPolicy = defineCheck({
  id: 'desktop-policy',
  group: 'side',
  title: 'no policy switches local servers off',
  run: (facts) =>
    facts.files.flatMap((file): CheckResult[] => {
      const policy = file.client.policies?.switchesServers
      if (policy === undefined || file.environment.kind !== 'windows') return []
      const environment = file.environment.id
      if (facts.policies === null)
        return [
          {
            level: 'skipped',
            subject: `policies for ${file.client.label}`,
            message: 'only on request',
            fix: 'mcp-twin doctor --deep',
            environment,
          },
        ]
      const policies = facts.policies.find((each) => each.client === file.client.id && each.environment.id === environment)
      return policies === undefined ? [] : judge(facts, file, policy, policies).map((found) => ({ environment, ...found }))
    }),
})
