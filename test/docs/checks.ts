import { checks } from '../../src/catalog/checks/index.ts'
import { code, page, table } from './markdown.ts'

const groups: Readonly<Record<string, string>> = {
  side: 'Each side',
  servers: 'Servers',
  bridge: 'The bridge',
  keys: 'Keys',
  programs: 'Programs',
}

/** docs/reference/checks.md. */
export const checksPage = (): string =>
  page('Checks of doctor', [
    '`mcp-twin doctor` makes them all, `mcp-twin doctor --check ID` one. Each line says what is true when all is well. A check that finds something says what fixes it.',
    ...[...new Set(checks.map(({ group }) => group))].flatMap((group) => [
      `## ${groups[group] ?? group}`,
      table(
        ['id', 'all is well when'],
        checks.filter((check) => check.group === group).map(({ id, title }) => [code(id), title]),
      ),
    ]),
  ])
