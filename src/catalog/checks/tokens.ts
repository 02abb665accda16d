import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { count } from '../../core/count.ts'
import { quoted } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Clocks of one machine differ by less, and a session is not made to the minute. */
const AHEAD_MS = 60_000

/** Sessions of the bridge's listeners: who may come in over HTTP. */
export const tokens = defineBridgeCheck({
  id: 'tokens',
  title: 'the sessions of the bridge are in order',
  run: ({ tokens: { shown, here, damaged, alive, aheadMs, openMode } }, { shell }) => {
    const aside = shell === 'windows' ? `ren "${shown}" sessions.json.old` : `mv ${quoted(here)} ${quoted(`${here}.old`)}`
    const together = shell === 'windows' ? '; ' : ' && '
    const again = `${aside}${together}mcp-twin session new`
    const found: CheckResult[] = []
    if (damaged !== null)
      found.push({
        level: 'error',
        subject: 'sessions',
        message: 'the file cannot be read, so no token is valid',
        detail: [shown],
        fix: again,
      })
    if (openMode !== null) {
      const mode = (openMode & 0o777).toString(8).padStart(4, '0')
      const message = `others on this computer can open the file, and anyone who can write it can grant themselves access (mode ${mode})`
      const autofix = { kind: 'mode', here, shown, mode: 0o600 } as const
      found.push({
        level: (openMode & 0o022) === 0 ? 'warning' : 'error',
        subject: 'sessions',
        message,
        detail: [shown],
        fix: `chmod 600 ${quoted(here)}`,
        autofix,
      })
    }
    if (aheadMs > AHEAD_MS) {
      const message = `a clock was once ${Math.round(aheadMs / 60_000)} min ahead of now, so sessions end that much too early`
      found.push({ level: 'warning', subject: 'sessions', message, detail: [shown], fix: again })
    }
    if (found.length > 0) return found
    return [
      {
        level: 'ok',
        subject: 'sessions',
        message: alive === 0 ? 'none, so nobody can connect over HTTP' : `${count(alive, 'session')} valid`,
      },
    ]
  },
})
