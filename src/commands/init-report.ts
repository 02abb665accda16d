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
  const seen = input.files
    .filter((file) => file.unused !== true)
    .map((file) => ({ file, read: file.refusal === undefined && file.bytes !== null ? readClientFile(file.client, file.bytes) : null }))
  const namesIn = (each: (typeof seen)[number]): string[] => (each.read?.ok ? each.read.document.entries().map(({ name }) => name) : [])
  // A file that only repeats another one is no program of its own.
  const repeats = (each: (typeof seen)[number]): boolean => {
    const original = seen.find(({ file }) => file.client.id === each.file.client.copyOf && file.environment.id === each.file.environment.id)
    if (original === undefined || each.file.refusal !== undefined || each.read?.ok === false) return false
    return namesIn(each).every((name) => namesIn(original).includes(name))
  }
  const found = seen
    .filter((each) => !repeats(each))
    .map(({ file, read }): FoundClient => {
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
