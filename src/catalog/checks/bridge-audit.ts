import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { quoted } from '../../core/doctor/names.ts'
import { dirName, toHere } from '../../core/paths.ts'
import { native } from '../../model/path.ts'

/** Without an audit file the bridge runs no command. Missing logs only make faults harder to find. */
export const bridgeAudit = defineBridgeCheck({
  id: 'bridge-audit',
  title: 'the bridge can record what it does',
  run: ({ unwritable, folder, home }, { shell }) =>
    unwritable.map(({ what, shown, why }) => {
      const isAudit = what === 'audit'
      const message = isAudit
        ? `the audit cannot be written, so no command runs: ${why}`
        : `the log cannot be written, so failures leave no trace: ${why}`
      const path = toHere(home, native(shown)) ?? shown
      const inTheWay = /is not a (?:file|folder)/.test(why)
      const aside = shell === 'windows' ? `ren "${shown}" "${shown.split('\\').at(-1)}.old"` : `mv ${quoted(path)} ${quoted(`${path}.old`)}`
      const own = toHere(home, dirName(home, folder)) ?? folder
      const rights =
        shell === 'windows'
          ? `give yourself the right to write to ${folder}`
          : `sudo chown -R "$(id -u)" ${quoted(own)} && chmod -R u+rwX ${quoted(own)}`
      return {
        level: isAudit ? 'error' : 'warning',
        subject: isAudit ? 'audit' : 'log',
        message,
        detail: [shown],
        fix: inTheWay ? aside : rights,
      }
    }),
})
