/** One field of an entry as it may be shown: keys are dots. Null: the field is not there. */
export interface FieldChange {
  /** `command`, `args`, `url`, `transport`, `env.NAME`, `headers.NAME`; `entry` for one that cannot be read. */
  readonly field: string
  readonly before: string | null
  readonly after: string | null
}

/**
 * What the lines of a hand edit compare, since they read the other way round: what its person added stands behind a `-`. Null where no
 * line shows two values.
 */
export function handEditLegend(lines: readonly string[]): string | null {
  const [signed, arrows] = [/^[-+] /, /^~ .* → /].map((pattern) => lines.some((line) => pattern.test(line)))
  if (arrows !== true) return signed === true ? '(- in the file, + what mcp-twin would write)' : null
  return signed === true
    ? '(- or before → in the file, + or behind → what mcp-twin would write)'
    : '(before → in the file, behind → what mcp-twin would write)'
}

/** A change as lines: `-` before, `+` after; one line for a variable or header, and where both values are hidden. */
export function changeLines({ field, before, after }: FieldChange): string[] {
  if (before !== null && before === after) return [`~ ${field}: different value`]
  if (before !== null && after !== null && /^(?:env|headers)\./.test(field)) return [`~ ${field}: ${before} → ${after}`]
  return [...(before === null ? [] : [`- ${field}: ${before}`]), ...(after === null ? [] : [`+ ${field}: ${after}`])]
}
