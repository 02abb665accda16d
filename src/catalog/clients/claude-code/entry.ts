import { unlessEmpty } from '../../../core/object.ts'
import type { References, EntrySpelling } from '../../../model/client.ts'

/** Names that Claude Code keeps for itself (anthropics/claude-code:CHANGELOG.md, 2.1.205). */
const RESERVED = ['workspace', 'claude browser', 'claude preview']

/** Its command line takes letters, digits, `-` and `_` in a server's name, and nothing else. */
export const claudeCodeNameFits = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name) && !RESERVED.includes(name.toLowerCase())

/** A `url` without `type` is skipped, so `type` is always there; `http` never becomes SSE. */
export const claudeCodeSpelling: EntrySpelling = {
  remote: ({ url, transport, headers }) => ({
    type: transport ?? 'http',
    url,
    ...unlessEmpty('headers', headers),
  }),
}

/**
 * `${NAME}` and `${NAME:-otherwise}`, in every text of an entry; what is not set stays as it is written (seen with Claude Code
 * 2.1.329).
 */
export const claudeCodeReferences: References = {
  write: (name) => `\${${name}}`,
  fill: (text, { variable, project }) =>
    text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name: string, otherwise: string | undefined) => {
      const own = name === 'CLAUDE_PROJECT_DIR' ? (project ?? undefined) : undefined
      return variable(name) ?? otherwise ?? own ?? whole
    }),
  pattern: /\$\{([A-Za-z_]\w*)\}/g,
  given: ['CLAUDE_PROJECT_DIR', 'CLAUDECODE'],
  unset: 'kept',
}
