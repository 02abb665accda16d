import { documents } from './documents.ts'
import { anchorOf, code, page } from './markdown.ts'
import { lined } from './shapes.ts'

/** docs/reference/json.md. */
export const jsonPage = (): string =>
  page('JSON', [
    'With `--json` a command prints one document on stdout and nothing else there. Its first field is `command`, the name of the command. `--watch` and `--follow` print one document a line.',
    'Below, `yes` is true or false, `?` behind a name says that it may be missing, `null|` that it may be null, and `…` stands for whatever the command deals with. Keys are never in a document.',
    documents.map(({ title }) => `[${title}](#${anchorOf(title)})`).join(' · '),
    ...documents.map(({ title, words, shape }) => [`## ${title}`, words, `\`\`\`text\n${lined(shape)}\n\`\`\``].join('\n\n')),
    `\`mcp-twin schema\` prints the JSON Schema of the manifest. ${['run', 'serve'].map(code).join(' and ')} take no \`--json\`: their stdout carries the protocol.`,
  ])
