/** Bytes of UTF-8 that are counted as one token, everywhere in the bridge: an estimate that needs no tokenizer. */
export const tokenBytes = 4

/** What a text costs a model, in tokens. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / tokenBytes)
