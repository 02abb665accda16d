/** One field of an entry as it may be shown: keys, variables and headers are dots. Null: the field is not there. */
export interface FieldChange {
  /** `command`, `args`, `url`, `transport`, `env.NAME`, `headers.NAME`; `entry` for one that cannot be read. */
  readonly field: string
  readonly before: string | null
  readonly after: string | null
}

/** A change as lines: `-` before, `+` after; one line where both values are hidden. */
export const changeLines = ({ field, before, after }: FieldChange): string[] =>
  before !== null && before === after
    ? [`~ ${field}: different value`]
    : [...(before === null ? [] : [`- ${field}: ${before}`]), ...(after === null ? [] : [`+ ${field}: ${after}`])]
