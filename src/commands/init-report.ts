import type { Context } from '../context.ts'
import { environmentLabel } from '../core/participants.ts'
import { readClientFile } from '../core/plan/file.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import { runningPrograms } from '../effects/machine/running.ts'
import type { OfferedClient } from '../effects/manifest/offered.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { describeMachine, type FoundClient } from '../ui/found.ts'

/** Shows both sides as they were found. */
export async function showMachine(
  context: Context,
  situation: Situation,
  input: PlanInput,
  offered: readonly OfferedClient[],
): Promise<void> {
  const { io, system, signal } = context
  const running = new Map<string, readonly string[]>()
  for (const side of situation.sides) running.set(side.id, (await runningPrograms(system, situation.world, side, signal)) ?? [])
  const found = input.files
    .filter((file) => file.unused !== true)
    .map((file): FoundClient => {
      const read = file.refusal === undefined && file.bytes !== null ? readClientFile(file.client, file.bytes) : null
      const names = (running.get(file.environment.id) ?? []).map((name) => name.toLowerCase())
      return {
        environment: file.environment.id,
        label: file.client.label,
        file: file.file,
        servers: read?.ok ? read.document.entries().length : null,
        running: file.client.processes?.some((name) => names.includes(name.toLowerCase())) ?? false,
        trouble: file.refusal?.reason ?? (read !== null && !read.ok ? 'cannot be read' : null),
      }
    })
  for (const { environment, client, file } of offered)
    found.push({
      environment: environment.id,
      label: client.label,
      file,
      servers: null,
      running: false,
      trouble: null,
      note: 'takes no part',
    })
  const label = (id: string): string => environmentLabel(situation.sides.find((each) => each.id === id) ?? situation.self)
  for (const line of describeMachine(situation.sides, found, situation.home.environment.id, label, io.paint, io.width)) io.out(line)
  io.out()
}
