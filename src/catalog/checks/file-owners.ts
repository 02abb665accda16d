import { defineCheck } from '../../core/doctor/facts.ts'
import { isWindows } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'

/** Files that decide which programs are started must belong to this user, and no other user may write them. */
export const fileOwners = defineCheck({
  id: 'file-owners',
  group: 'keys',
  title: 'only you can change our folder and the manifest',
  run: ({ owners, input }) => {
    const found = owners.faults.map(
      ({ path, words, fix, autofix }): CheckResult => ({
        level: 'error',
        subject: 'not only yours',
        message: `${words}; other commands do not use it`,
        fix,
        autofix: autofix === null ? undefined : { kind: 'mode', here: path, shown: path, mode: autofix },
      }),
    )
    const withoutOwners = owners.withoutOwners.map(
      (path): CheckResult => ({
        level: 'info',
        subject: 'owners unknown',
        message: 'its file system has no owners or modes, so who else may write there is not checked',
        detail: [path],
      }),
    )
    const windows: CheckResult[] = isWindows(input.home)
      ? [{ level: 'ok', subject: 'who may write our files', message: 'on Windows access lists decide, and they are not checked' }]
      : []
    return [...found, ...withoutOwners, ...(found.length + withoutOwners.length > 0 ? [] : windows)]
  },
})
