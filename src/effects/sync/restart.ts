import type { PlanInput } from '../../core/plan/plan.ts'

/** Clients whose file was written and that read it only when they start. */
export function restartsFor(written: ReadonlySet<string>, input: PlanInput): string[] {
  return [...written].filter((id) => {
    const client = input.files.find((file) => file.client.id === id)?.client
    return client !== undefined && client.restart !== ''
  })
}

/** Is a program of this client running on a side, as far as was seen? */
export function isRunning(input: PlanInput, client: string): boolean {
  return input.files.some(({ client: each, environment }) => {
    const names = each.id === client ? (each.processes ?? []) : []
    return names.some((name) => environment.running.some((seen) => seen.toLowerCase() === name.toLowerCase()))
  })
}
