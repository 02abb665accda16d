import { fromHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { Reason } from '../../model/reason.ts'
import type { System } from '../../model/system.ts'

/** A file that is checked once more before it replaces another. */
export interface Guarded {
  /** Called with the new file before it replaces the old one; returns why it must not, or null. */
  readonly protect?: (beside: ReachablePath, holdsKey: boolean) => Promise<Reason | null>
}

/** A distribution that is stopped boots first. */
const LIMIT_MS = 15_000

/**
 * True where files have modes that this process can neither see nor set: a distribution's, from Windows. Whatever mode is
 * asked for there, WSL's file server makes them readable by everybody, 0644 (MicrosoftDocs/WSL, file-permissions.md).
 */
export const hidesModes = (system: System, side: Environment): boolean =>
  system.platform === 'win32' && !side.self && side.kind !== 'windows'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Runs the script in that side's own shell, on standard input, where no command line can change it. */
async function shell(system: System, { exec }: Environment, lines: readonly string[]): Promise<boolean> {
  if (exec === undefined) return false
  const input = `set -e\n${lines.join('\n')}\n`
  const answer = await system.run({ argv: [...exec, '/bin/sh'], input, timeoutMs: LIMIT_MS })
  return answer.code === 0 && !answer.timedOut
}

/** Gives a new file the mode of the one whose place it will take, and takes it away from others where it holds a key. */
export function keepMode(system: System, side: Environment, old: ReachablePath): Pick<Guarded, 'protect'> {
  if (!hidesModes(system, side)) return {}
  const protect: Guarded['protect'] = async (beside, holdsKey) => {
    const [from, to] = [fromHere(side, old), fromHere(side, beside)]
    if (from === null || to === null) return null
    const mode = `m=$(stat -L -c %a ${quoted(from)} 2>/dev/null) || m=600`
    const isSet = await shell(system, side, [mode, `chmod "$m" ${quoted(to)}`, ...(holdsKey ? [`chmod go-rwx ${quoted(to)}`] : [])])
    if (isSet || !holdsKey) return null
    return {
      reason: 'others could read the keys in it: its mode cannot be set from here',
      hint: 'see whether wsl.exe works, then try again',
    }
  }
  return { protect }
}

/** Makes files and folders of ours the owner's alone where making them could not. False: that side's programs did not do it. */
export async function ownerOnly(system: System, side: Environment, paths: readonly ReachablePath[]): Promise<boolean> {
  if (!hidesModes(system, side)) return true
  const names = paths.flatMap((path) => fromHere(side, path) ?? [])
  return shell(
    system,
    side,
    names.map((name) => `chmod go-rwx ${quoted(name)}`),
  )
}
