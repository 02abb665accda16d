import type { System } from '../../model/system.ts'
import { readText } from './kernel.ts'

const folder = '/proc/sys/fs/binfmt_misc'

/**
 * Whether the kernel of a distribution hands `.exe` files over to Windows, as binfmt_misc says: a file that costs nothing to
 * read. WSL registers `WSLInterop`, older ones `WSLInterop-late` beside systemd, whose own binfmt service is known to
 * throw both out (microsoft/WSL#8843). `unknown` where binfmt_misc is not mounted; only a program that answers is proof.
 * Starting one all the same is not harmless: for a file that the kernel refuses, spawn falls back to `/bin/sh`, which
 * then reads the program as a script (seen with node 20 on Linux 6.18: "cmd.exe: 1: MZ…: not found").
 */
export async function interopEntry(system: System): Promise<'on' | 'off' | 'unknown'> {
  const [now, late, mounted] = await Promise.all(
    ['WSLInterop', 'WSLInterop-late', 'status'].map((name) => readText(system, `${folder}/${name}`)),
  )
  if (/^enabled/.test(now ?? '') || /^enabled/.test(late ?? '')) return 'on'
  return now || late || mounted ? 'off' : 'unknown'
}
