/** One field of an entry as it may be shown: keys are dots. Null: the field is not there. */
export interface FieldChange {
  /** `command`, `args`, `url`, `transport`, `env.NAME`, `headers.NAME`; `entry` for one that cannot be read. */
  readonly field: string
  readonly before: string | null
  readonly after: string | null
}

/** A change as lines: `-` before, `+` after; one line for a variable or header, and where both values are hidden. */
export function changeLines({ field, before, after }: FieldChange): string[] {
  if (before !== null && before === after) return [`~ ${field}: different value`]
  if (before !== null && after !== null && /^(?:env|headers)\./.test(field)) return [`~ ${field}: ${before} → ${after}`]
  return [...(before === null ? [] : [`- ${field}: ${before}`]), ...(after === null ? [] : [`+ ${field}: ${after}`])]
}
