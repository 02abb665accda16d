/** What a tool costs in each conversation. */
export interface Weight {
  readonly name: string
  readonly tokens: number
}

/**
 * Bytes that are counted as one token. Two public tokenizers take 4.4 and 4.6 bytes a token for lists of tools; Claude's own is not public,
 * so this is an estimate.
 */
const tokenBytes = 4

/** The cost of tools as `tools/list` describes them: of what a program passes on to its model. */
export const weigh = (listed: readonly { readonly [key: string]: unknown }[]): Weight[] =>
  listed.map(({ name, description, inputSchema }) => ({
    name: typeof name === 'string' ? name : '',
    tokens: Math.ceil(Buffer.byteLength(JSON.stringify({ name, description, inputSchema })) / tokenBytes),
  }))

export const tokensOf = (weights: readonly Weight[]): number => weights.reduce((sum, { tokens }) => sum + tokens, 0)

/** Heaviest first; what is not known comes last. */
export const byWeight = (a: { readonly tokens: number | null }, b: { readonly tokens: number | null }): number =>
  (b.tokens ?? -1) - (a.tokens ?? -1)

/** A number as a person reads it: `20 400`. */
export const inThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
