import { readFileSync } from 'node:fs'
import { checksPage } from './checks.ts'
import { clientsPage, programTable } from './clients.ts'
import { commandsPage } from './commands.ts'
import { environmentPage } from './environment.ts'
import { exitCodesPage } from './exit-codes.ts'
import { jsonPage } from './json.ts'
import { pathOf } from './pages.ts'
import { serversPage } from './servers.ts'
import { settingsPage } from './settings.ts'
import { toolsPage } from './tools.ts'

/** The first page with its generated parts made anew. */
const withParts = (text: string, parts: Readonly<Record<string, string>>): string =>
  text.replace(/<!-- generated: (\w+) -->\n[\s\S]*?<!-- end -->/g, (whole, name: string) =>
    parts[name] === undefined ? whole : `<!-- generated: ${name} -->\n${parts[name]}\n<!-- end -->`,
  )

/** Every page that is made from the sources, by its path. */
export async function generated(): Promise<Record<string, string>> {
  return {
    'README.md': withParts(readFileSync(pathOf('README.md'), 'utf8'), { programs: programTable() }),
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/tools.md': toolsPage(),
    'docs/reference/checks.md': checksPage(),
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/clients.md': clientsPage(),
    'docs/reference/servers.md': await serversPage(),
    'docs/reference/json.md': jsonPage(),
    'docs/reference/exit-codes.md': exitCodesPage(),
    'docs/reference/environment.md': environmentPage(),
  }
}
