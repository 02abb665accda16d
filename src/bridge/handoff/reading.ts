import { tokensOf } from '../memory/entry.ts'
import type { Section } from './handoff.ts'

export interface FittingSections {
  readonly sections: readonly Section[]
  /** What did not fit, by name and size. */
  readonly omitted: readonly { readonly heading: string; readonly priority: number; readonly tokens: number }[]
}

/** The most important sections that fit into a budget of tokens, in the order in which they were written. */
export function fitting(sections: readonly Section[], maxTokens: number): FittingSections {
  const byPriority = sections.map((section, at) => ({ section, at })).sort((a, b) => a.section.priority - b.section.priority || a.at - b.at)
  const taken = new Set<Section>()
  let left = maxTokens
  for (const { section } of byPriority) {
    const tokens = tokensOf(`${section.heading}\n${section.body}`)
    if (tokens > left) continue
    left -= tokens
    taken.add(section)
  }
  return {
    sections: sections.filter((section) => taken.has(section)),
    omitted: sections
      .filter((section) => !taken.has(section))
      .map(({ heading, body, priority }) => ({ heading, priority, tokens: tokensOf(`${heading}\n${body}`) })),
  }
}
