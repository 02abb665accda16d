import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { codeOf, failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import type { Policy } from '../policy/policy.ts'
import { within } from '../policy/region.ts'

const usual = ['/usr/bin/git', '/usr/local/bin/git', '/opt/homebrew/bin/git'] as const

/**
 * Finds git: in its usual places, then in absolute folders of PATH, but never in a folder that is open to tools, since a command could
 * have put a program of its own there. (Windows by itself would begin with the folder that a program was started in.)
 */
export async function gitProgram({ platform, variables }: Pick<Settings, 'platform' | 'variables'>, policy: Policy): Promise<string> {
  const isWindows = platform === 'win32'
  const path = Object.entries(variables).find(([name]) => (isWindows ? name.toUpperCase() : name) === 'PATH')?.[1] ?? ''
  const onPath = path.split(delimiter).filter(isAbsolute)
  const [{ open }, fold] = [await policy.region(), await policy.fold()]
  for (const place of [...(isWindows ? [] : usual), ...onPath.map((folder) => join(folder, isWindows ? 'git.exe' : 'git'))])
    try {
      await access(place, constants.X_OK)
      const real = await realpath(place)
      if (!open.some((root) => within(real, root, fold))) return place
    } catch (error) {
      // Missing, or not executable: try the next one.
      if (codeOf(error) === '') throw error
    }
  throw failed('git is not installed on this side; leave repository out.')
}
