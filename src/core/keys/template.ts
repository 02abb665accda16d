/** What a manifest may put in place of a value: a key of the store, a path, a variable at the time of the sync. */
type TemplateKind = 'secret' | 'path' | 'env'

/**
 * A template may be anywhere in a text. An even number of dollars before the brace is plain text (each pair stands
 * for one dollar), so that text which only looks like a template can be written down too.
 */
const template = /(\$+)\{(secret|path|env):([^{}]*)\}/g

const isKind = (word: string | undefined): word is TemplateKind => word === 'secret' || word === 'path' || word === 'env'

/** The text with every template replaced by what `value` says for it; other text, `${VAR}` included, as it is. */
export function fillTemplates(text: string, value: (kind: TemplateKind, name: string) => string): string {
  return text.replace(template, (whole, dollars: string, kind: string, name: string) => {
    const plain = '$'.repeat(Math.floor(dollars.length / 2))
    if (!isKind(kind)) return whole
    return dollars.length % 2 === 0 ? `${plain}{${kind}:${name}}` : `${plain}${value(kind, name)}`
  })
}

/** The text written so that filling it gives back exactly this text. */
export const escapeTemplates = (text: string): string => text.replace(template, (whole, dollars: string) => `${dollars}${whole}`)

/** The text that stands before a template: dollars at its end would be read as a part of that, so they are written twice. */
export const beforeTemplate = (text: string): string => text.replace(/\$+$/, (dollars) => dollars + dollars)

/** Names of the templates of one kind in these texts, each once, in their order. */
export function templateNames(texts: Iterable<string>, wanted: TemplateKind): string[] {
  const found = new Set<string>()
  for (const text of texts) {
    fillTemplates(text, (kind, name) => {
      if (kind === wanted) found.add(name)
      return ''
    })
  }
  return [...found]
}

/** The places of templates in a text, their dollars included; `escaped` ones are plain text. */
export const templateRanges = (text: string): { readonly start: number; readonly end: number; readonly escaped: boolean }[] =>
  [...text.matchAll(template)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    escaped: (found[1]?.length ?? 0) % 2 === 0,
  }))
