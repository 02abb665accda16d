// The distributions that the lab's wsl.exe knows: their variables, users and root folders (lib/distros.sh makes them).
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Wine's HOME on the Linux side is TWINLAB_HOME (lib/config.sh).
const lab = process.env.HOME
const state = join(lab, 'state')
const read = (...parts) => readFileSync(join(...parts), 'utf8').trim()

export const defaultDistro = read(state, 'default-distro')

/** The default one first, as `wsl -l` lists them. */
export const names = () => [defaultDistro, ...readdirSync(join(state, 'wsl-env')).filter((name) => name !== defaultDistro)]

/** A distribution by name, in any case; undefined when there is none. `root` is undefined for the default one. */
export function distro(name = defaultDistro) {
  const found = names().find((each) => each.toLowerCase() === name.toLowerCase())
  if (!found) return undefined
  const lines = read(state, 'wsl-env', found).split('\n')
  const env = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  const folder = join(lab, 'distros', found)
  return { name: found, env, root: found === defaultDistro ? undefined : folder, users: read(folder, 'etc', 'passwd').split('\n') }
}

/** Home and shell of a user of a distribution, by default its own one; undefined when it does not know the name. */
export function user({ env, users }, name = env.USER) {
  const fields = users.map((line) => line.split(':')).find(([each]) => each === name)
  return fields && { name, home: fields[5], shell: fields[6] || '/bin/bash' }
}

/** Windows path → Linux path of that distribution, where there is one. */
export function toLinux(path, name) {
  const slashed = path.replaceAll('\\', '/')
  const unc = new RegExp(`^//wsl(?:\\.localhost|\\$)/${name}(/.*)?$`, 'i').exec(slashed)
  if (unc) return unc[1] ?? '/'
  const drive = /^c:\/?(.*)$/i.exec(slashed)
  return drive ? `/mnt/c/${drive[1]}` : slashed
}

/** What WSLENV shares from Windows to Linux, WSLENV itself included. */
export function shared(windowsEnv, name) {
  const out = windowsEnv.WSLENV ? { WSLENV: windowsEnv.WSLENV } : {}
  for (const entry of (windowsEnv.WSLENV ?? '').split(':').filter(Boolean)) {
    const [variable, flags = ''] = entry.split('/')
    const value = windowsEnv[variable]
    if (value === undefined || flags.includes('w')) continue
    if (flags.includes('p')) out[variable] = toLinux(value, name)
    else if (flags.includes('l'))
      out[variable] = value
        .split(';')
        .map((each) => toLinux(each, name))
        .join(':')
    else out[variable] = value
  }
  return out
}
