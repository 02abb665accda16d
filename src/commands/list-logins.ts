import { quoted } from '../core/doctor/names.ts'
import type { Matrix } from '../core/plan/matrix.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { System } from '../model/system.ts'
import { visible } from '../ui/escape.ts'

/** Says of each server that is reached by a login whether home has one. */
export async function withLogins(system: System, { manifest, home, place }: Situation, input: PlanInput, matrix: Matrix): Promise<Matrix> {
  if (place.project !== null || Object.values(manifest.servers).every(({ auth }) => auth === undefined)) return matrix
  const [{ LoginStore }, { loginStates }] = await Promise.all([import('../effects/store/logins.ts'), import('../effects/login/states.ts')])
  const states = loginStates(input, await new LoginStore(system, home.here).readable())
  const servers = matrix.servers.map((row) => {
    const login = states.get(row.name)
    return login === undefined ? row : { ...row, login }
  })
  return { ...matrix, servers }
}

/** One line a server that nobody is logged in to. */
export const loginWords = ({ servers }: Matrix): string[] =>
  servers.flatMap(({ name, login }) => {
    if (login !== 'out' && login !== 'ended') return []
    const what = login === 'out' ? 'needs a login' : 'needs a new login, its last one has ended'
    return [`${visible(name)} ${what} → mcp-twin login ${quoted(name)}`]
  })
