/** One process as Linux's `/proc/<pid>/stat` describes it (proc(5)). */
export interface ProcessStat {
  readonly name: string
  /** `R`, `S`, …; `Z` and `X` for one that has ended. */
  readonly state: string
  readonly parent: number
  readonly group: number
  /** When it started, in the kernel's ticks: with the process id it names one process for ever. */
  readonly start: string
}

/** Null for text that is no such file's, as where there is no such process. */
export function parseProcessStat(text: string): ProcessStat | null {
  // The name is in brackets and may itself contain blanks and brackets, so fields count from the last one.
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const [state, parent, group] = fields
  const start = fields[19]
  if (end < 0 || state === undefined || start === undefined) return null
  return { name: text.slice(text.indexOf('(') + 1, end), state, parent: Number(parent), group: Number(group), start }
}

/**
 * True when the process that started at `start` has ended, judged by what its process id belongs to now. A zombie has
 * ended and only waits for its parent to take notice.
 */
export const hasEnded = (now: Pick<ProcessStat, 'state' | 'start'>, start: string): boolean =>
  now.state === 'Z' || now.state === 'X' || (start !== '' && now.start !== start)
