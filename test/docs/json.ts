import { jsonRules, withoutJson } from '../../src/cli/topics.ts'
import { documents } from './documents.ts'
import { anchorOf, page } from './markdown.ts'
import { lined } from './shapes.ts'

/** docs/reference/json.md. */
export const jsonPage = (): string =>
  page('JSON', [
    jsonRules,
    'Below, `yes` is true or false, `?` behind a name says that it may be missing, `null|` that it may be null, and `…` stands for whatever the command deals with.',
    documents.map(({ title }) => `[${title}](#${anchorOf(title)})`).join(' · '),
    ...documents.map(({ title, words, shape }) => [`## ${title}`, words, `\`\`\`text\n${lined(shape)}\n\`\`\``].join('\n\n')),
    `\`mcp-twin schema\` prints the JSON Schema of the manifest. ${withoutJson}`,
  ])
