import { applyEdits, modify, parse as parseJson } from 'jsonc-parser'
import { parse as parseToml, stringify } from 'smol-toml'

export type Value = Readonly<Record<string, unknown>>

/** How a person reads and edits a config file. Knows nothing of how mcp-twin works. */
export interface Hand {
  servers(text: string): ReadonlyMap<string, Value>
  /** All that is no server: other settings, comments, kinds of line ends. */
  rest(text: string): string
  /** The text with another server of this name; undefined: without it. */
  write(text: string, name: string, value: Value | undefined): string
  /** The text with one more setting besides the servers. */
  remark(text: string, mark: string): string
}

/** What editors do by themselves: the mark at the front and the line ends stay as they are. */
const asEditor =
  (change: (text: string) => string) =>
  (text: string): string => {
    const [, mark = '', body = ''] = /^(\uFEFF?)(.*)$/s.exec(text) ?? []
    const changed = change(body.replaceAll('\r\n', '\n'))
    return mark + (body.includes('\r\n') ? changed.replaceAll('\n', '\r\n') : changed)
  }
const bare = (text: string): string => text.replace(/^\uFEFF/, '')
const restOf = (text: string, settings: object, comments: RegExp): string =>
  JSON.stringify([settings, text.replaceAll('\r', '').match(comments), [...new Set(text.match(/\r?\n/g))]])

/** JSON, with comments and commas behind the last where a program takes them. */
export function jsonHand(container: string): Hand {
  const read = (text: string) => parseJson(bare(text), [], { allowTrailingComma: true }) as Record<string, Record<string, Value>>
  const set = (path: string[], value: unknown) =>
    asEditor((text) =>
      // The editor leaves the comma behind the only entry, which is no JSON of any kind.
      applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } })).replace(
        /\{\s*,/,
        '{',
      ),
    )
  return {
    servers: (text) => new Map(Object.entries(read(text)[container] ?? {})),
    rest(text) {
      const { [container]: _, ...others } = read(text)
      return restOf(text, others, /(?<=^|\s)\/\/ .*$/gm)
    },
    write: (text, name, value) => set([container, name], value)(text),
    remark: (text, mark) => set(['mine', `note-${mark}`], true)(text),
  }
}

/** The tables of Codex. */
export const tomlHand: Hand = {
  servers: (text) => new Map(Object.entries((parseToml(bare(text)).mcp_servers ?? {}) as Record<string, Value>)),
  rest(text) {
    const { mcp_servers: _, ...others } = parseToml(bare(text))
    return restOf(text, others, /^# .*$/gm)
  },
  write: (text, name, value) =>
    asEditor((body) => {
      const own = new RegExp(`^\\[mcp_servers\\.${name}(\\.[^\\]]*)?\\]`)
      // A table ends where another begins, or the comment above it.
      const parts = body.split(/^(?=\[|# )/m).filter((part) => !own.test(part))
      const kept = parts.join('').replace(/(?<!\n)$/, '\n')
      return value === undefined ? kept : `${kept}\n${stringify({ mcp_servers: { [name]: value } }).replace('[mcp_servers]\n', '')}\n`
    })(text),
  remark: (text, mark) => asEditor((body) => `note_${mark} = true\n${body}`)(text),
}
