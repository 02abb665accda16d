import { defineCheck, type ModeFacts } from '../../core/doctor/facts.ts'
import { quoted } from '../../core/doctor/names.ts'

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0')

const words: Record<ModeFacts['what'], string> = {
  keys: 'it contains keys, and others can read it',
  folder: 'it contains keys and backups, and others can list it',
  client: 'it contains one of your keys, and others on this computer can read it',
}

/** What holds keys is for its owner alone, where the file system has modes at all. */
export const secretModes = defineCheck({
  id: 'secret-modes',
  group: 'keys',
  title: 'only you can read what holds keys',
  run: ({ modes }) =>
    modes.map(({ environment, shown, here, mode, wanted, what }) => ({
      level: what === 'keys' ? 'error' : 'warning',
      subject: what === 'folder' ? 'our folder' : what === 'keys' ? 'key store' : 'config with a key',
      message: `${words[what]} (mode ${octal(mode)})`,
      detail: [shown],
      environment: environment.id,
      fix: `chmod ${wanted.toString(8)} ${quoted(here)}`,
      autofix: { kind: 'mode', here, shown, mode: wanted },
    })),
})
