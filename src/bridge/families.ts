/** Families of tools switch on and off as a whole: one that is off is not listed and costs no tokens. */
export const families = ['files', 'search', 'terminal', 'bridge'] as const
export type Family = (typeof families)[number]
