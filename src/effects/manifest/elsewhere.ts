import type { TwinError } from '../../errors.ts'
import { usageError } from '../../errors.ts'
import type { ServerSpec } from '../../model/manifest.ts'

/** Why a server that was asked for by name stays off on this machine, and the line of the manifest that helps. */
export const onlyElsewhere = (name: string, { machines = [] }: ServerSpec, machine: string): TwinError =>
  usageError(`"${name}" is only on ${machines.length === 0 ? 'no machine' : machines.join(', ')}; this machine is ${machine}.`, {
    hint: `to have it here, write in the manifest, under "${name}": "machines": ${JSON.stringify([...machines, machine])}`,
  })
