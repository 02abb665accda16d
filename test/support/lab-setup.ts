import { lacksLab, stopLab } from './lab.ts'

/** The lab is set up before the first of its tests and stopped after the last, so that no process of it stays. */
export async function setup(): Promise<() => Promise<unknown>> {
  const reason = await lacksLab()
  return async () => (reason === null ? stopLab() : undefined)
}
