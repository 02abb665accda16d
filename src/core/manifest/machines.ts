import type { Manifest, ServerSpec } from '../../model/manifest.ts'

/** Whether a server is for other machines alone. Names of hosts know no case. */
export const isElsewhere = ({ machines }: Pick<ServerSpec, 'machines'>, machine: string): boolean =>
  machines !== undefined && !machines.some((name) => name.toLowerCase() === machine.toLowerCase())

/** The manifest as it counts on one machine: servers of other machines are off, before `only` and `except` say anything. */
export function onMachine(manifest: Manifest, machine: string): Manifest {
  const servers = Object.entries(manifest.servers)
  if (!servers.some(([, server]) => isElsewhere(server, machine))) return manifest
  return {
    ...manifest,
    servers: Object.fromEntries(
      servers.map(([name, server]) => [name, isElsewhere(server, machine) ? { ...server, disabled: true } : server]),
    ),
  }
}
