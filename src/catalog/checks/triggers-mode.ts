import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import { quoted } from '../../core/doctor/names.ts'

/** A signed file queues an action, so its folder and the keys that sign are for their owner alone. */
export const triggersMode = defineBridgeCheck({
  id: 'triggers-mode',
  title: 'only you can place triggers and read the keys that sign them',
  run: ({ triggers }) =>
    triggers.map(({ what, shown, here, mode, wanted }) => ({
      level: what === 'keys' ? 'error' : 'warning',
      subject: what === 'keys' ? 'trigger keys' : 'triggers',
      message: `${what === 'keys' ? 'others on this computer can open them, and so sign actions as you' : 'others on this computer can open the folder of triggers'} (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`,
      detail: [shown],
      fix: `chmod ${wanted.toString(8)} ${quoted(here)}`,
      autofix: { kind: 'mode', here, shown, mode: wanted },
    })),
})
