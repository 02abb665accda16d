import { count } from '../../core/count.ts'
import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import type { CheckResult } from '../../model/check.ts'

const minute = 60_000
const day = 24 * 60 * minute
/** What expires goes by the server's clock. */
const clockMost = 5 * minute

/** The server that keeps memory and handoffs of several machines must be there, and be the one that it was. */
export const storeServer = defineBridgeCheck({
  id: 'store-server',
  title: 'the server of the store is reached',
  run: ({ rules: { storeServer: found } }) => {
    if (found === null) return []
    const { address: subject, isJoined, trouble, isPlain, isNewer, clockMs, unsent, unsentMs, refused } = found
    const say = (level: 'error' | 'warning', message: string, fix: string): CheckResult => ({ level, subject, message, fix })
    if (!isJoined) return [say('warning', 'the manifest names it, and this machine has not joined it', 'mcp-twin store move')]
    const days = Math.floor(unsentMs / day)
    const waiting = say(
      'warning',
      `${count(unsent, 'write is', 'writes are')} unsent for ${count(days, 'day')}`,
      'to keep all of it on this machine alone: mcp-twin store move embedded',
    )
    const late = [
      ...(days > 0 ? [waiting] : []),
      ...(refused === null ? [] : [{ ...say('warning', 'it refused writes, which are kept here', 'mcp-twin store'), detail: [refused] }]),
    ]
    if (trouble !== null)
      return [
        ...late,
        {
          ...say(
            'error',
            'not usable; reading works, and new things are kept here to be sent later',
            'to keep the store on this machine alone: mcp-twin store move embedded',
          ),
          detail: [trouble],
        },
      ]
    const minutes = count(Math.round(Math.abs(clockMs) / minute), 'minute')
    const newer = say('warning', 'its schema is that of a newer mcp-twin', 'update mcp-twin on this machine')
    const clock = say(
      'warning',
      `its clock is ${minutes} ${clockMs > 0 ? 'ahead' : 'behind'}`,
      'set the clock that is wrong, there or here',
    )
    const plain = say(
      'warning',
      'the connection is not encrypted',
      'in a network that is not yours alone: switch TLS on there, and take "tls": "off" out of the manifest',
    )
    const warnings = [...late, ...(isNewer ? [newer] : []), ...(Math.abs(clockMs) > clockMost ? [clock] : []), ...(isPlain ? [plain] : [])]
    return warnings.length > 0 ? warnings : [{ level: 'ok', subject, message: 'reached' }]
  },
})
