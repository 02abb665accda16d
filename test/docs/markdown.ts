/** A cell of a table: one line, in which no character ends the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A table, or nothing where it has no rows. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`.replaceAll('|  |', '| |')).join('\n')

export const code = (text: string): string => `\`${text}\``

/** A page: its parts with a blank line between them, and a first line that says who writes it. */
export const page = (title: string, parts: readonly string[]): string =>
  `${[`<!-- Made by npm run docs. Do not edit. -->`, `# ${title}`, ...parts.filter((part) => part !== '')].join('\n\n')}\n`

/** The address of a heading within its page, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
