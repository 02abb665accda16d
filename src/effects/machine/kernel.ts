import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** What the kernel of this Linux says of itself. */
export interface Kernel {
  readonly release: string
  /** The version of WSL that it belongs to, null for a plain Linux. */
  readonly wsl: 1 | 2 | null
  readonly container: boolean
}

/** A small file as text; empty when it is not there. */
export async function readText(system: System, path: string): Promise<string> {
  const bytes = await system.files.read(reachable(path))
  return bytes === null ? '' : new TextDecoder().decode(bytes)
}

/** WSL 1 says `4.4.0-19041-Microsoft`, WSL 2 `5.15.167.4-microsoft-standard-WSL2`; a kernel built by the user says what it likes. */
const wslVersion = (release: string, version: string): 1 | 2 | null => {
  if (!/microsoft/i.test(`${release} ${version}`)) return null
  return /-Microsoft$/.test(release.trim()) ? 1 : 2
}

/**
 * A container on a WSL machine sees the same kernel, but no Windows. Docker's mark alone is not enough: a distribution made
 * by `docker export` keeps it, so that what only WSL's own init sets up decides.
 */
export async function readKernel(system: System): Promise<Kernel> {
  const exists = async (path: string) => (await system.files.look(reachable(path))) !== null
  const [release, version, docker, podman] = await Promise.all([
    readText(system, '/proc/sys/kernel/osrelease'),
    readText(system, '/proc/version'),
    exists('/.dockerenv'),
    exists('/run/.containerenv'),
  ])
  const marked = docker || podman || system.variables.container !== undefined
  const wsl = wslVersion(release, version)
  if (wsl === null || !marked) return { release: release.trim(), wsl, container: marked }
  const { WSL_DISTRO_NAME: distro, WSL_INTEROP: interop } = system.variables
  const inDistro = Boolean(distro) || Boolean(interop) || (await exists('/run/WSL'))
  return { release: release.trim(), wsl: inDistro ? wsl : null, container: !inDistro }
}
