import { TwinError } from '../../errors.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/**
 * Refuses to work as one user on the home of another, as under `sudo` that keeps HOME: every file would end up with an owner
 * whom the programs that read it cannot overrule. Root with root's own home is fine.
 */
export async function refuseForeignHome(system: System): Promise<void> {
  const { SUDO_USER, DOAS_USER, PKEXEC_UID, HOME } = system.variables
  const caller = SUDO_USER || DOAS_USER || PKEXEC_UID
  if (!caller || !HOME || system.uid === undefined) return
  const owner = (await system.files.look(reachable(HOME), 'follow'))?.uid
  if (owner === undefined || owner === system.uid) return
  throw new TwinError(
    'sudo',
    `${HOME} belongs to another user than the one this runs as: it was started by sudo or the like (for ${caller}).`,
    {
      hint: 'run it again without sudo; it needs no rights beyond your own',
    },
  )
}
