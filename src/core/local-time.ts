const two = (number: number): string => String(number).padStart(2, '0')

/** A moment as people read it, by the clock of this computer: `2026-11-21 10:24`. `at`: ISO 8601, or ms since the epoch. */
export function localTime(at: string | number): string {
  const date = new Date(at)
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The same for lines that follow each other quickly: `2026-11-21 10:24:05`. */
export const localSeconds = (at: string | number): string => `${localTime(at)}:${two(new Date(at).getSeconds())}`
