import type { ProgramAnswer, Program, System } from '../../model/system.ts'
import { decodeConsole } from './console.ts'

/** What a program printed, or why it failed. */
export type ProgramOutput =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string; readonly hung: boolean }

/** The first line that is not empty, shortened for a report. */
function firstLine(text: string): string {
  const line = text
    .split('\n')
    .map((each) => each.replace(/[\p{Cc}\p{Cf}]/gu, '').trim())
    .find((each) => each !== '')
  return line === undefined ? '' : `: ${line.slice(0, 160)}`
}

function whyNot(answer: ProgramAnswer, timeoutMs: number): string {
  if (answer.trouble !== undefined) return `could not be started (${answer.trouble})`
  if (answer.timedOut) return `did not answer within ${timeoutMs / 1000} s`
  const words = firstLine(decodeConsole(answer.stderr)) || firstLine(decodeConsole(answer.stdout))
  return `ended with ${answer.code === null ? 'a signal' : `code ${answer.code}`}${words}`
}

/** Runs a program that changes nothing and decodes its output. Never throws for what the program does. */
export async function ask(system: System, program: Program): Promise<ProgramOutput> {
  const answer = await system.ask(program)
  if (answer.code !== 0 || answer.timedOut || answer.trouble !== undefined)
    return { ok: false, why: whyNot(answer, program.timeoutMs), hung: answer.timedOut }
  return { ok: true, text: decodeConsole(answer.stdout) }
}
