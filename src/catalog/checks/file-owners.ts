import { defineCheck } from '../../core/doctor/facts.ts'
import { isWindows } from '../../core/paths.ts'
import type { Found } from '../../model/check.ts'

/** What decides which programs are started is this user's own, and nobody else may write it. */
export const fileOwners = defineCheck({
  id: 'file-owners',
  group: 'keys',
  title: 'nobody else decides what our folder and the manifest say',
  run: ({ owners, input }) => {
    const found = owners.faults.map(
      ({ path, words, fix, mend }): Found => ({
        level: 'error',
        subject: 'not only yours',
        message: `${words}; other commands do not use it`,
        fix,
        mend: mend === null ? undefined : { kind: 'mode', here: path, shown: path, mode: mend },
      }),
    )
    const untold = owners.untold.map(
      (path): Found => ({
        level: 'info',
        subject: 'owners unknown',
        message: 'its file system keeps no owners or modes, so who else may write there is not looked at',
        detail: [path],
      }),
    )
    const windows: Found[] = isWindows(input.home)
      ? [{ level: 'ok', subject: 'who may write our files', message: 'on Windows, access lists decide, which are not looked at' }]
      : []
    return [...found, ...untold, ...(found.length + untold.length > 0 ? [] : windows)]
  },
})
