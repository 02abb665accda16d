import type { Facts } from '../../core/doctor/facts.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { TwinError } from '../../errors.ts'
import type { System } from '../../model/system.ts'
import { loginStates } from '../login/states.ts'
import type { Situation } from '../manifest/open.ts'
import { LoginStore } from '../store/logins.ts'

/** Servers of the user's manifest that are reached by a login and have none. */
export async function observeLogins(system: System, { home, place }: Situation, input: PlanInput): Promise<Facts['logins']> {
  if (place.project !== null) return { lacking: [], trouble: null }
  try {
    const states = loginStates(input, await new LoginStore(system, home.here).read())
    return { lacking: [...states].flatMap(([server, state]) => (state === 'in' ? [] : [{ server, state }])), trouble: null }
  } catch (error) {
    if (!(error instanceof TwinError)) throw error
    return { lacking: [], trouble: { message: error.message, fix: error.hint ?? 'mcp-twin login NAME' } }
  }
}
