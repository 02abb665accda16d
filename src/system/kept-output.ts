/** The first `maxBytes` of what a stream says; the rest is dropped, so that a chatty program costs no memory. */
export function keptOutput(maxBytes: number): { add(chunk: Uint8Array): void; bytes(): Uint8Array } {
  const chunks: Uint8Array[] = []
  let room = maxBytes
  return {
    add(chunk) {
      if (room <= 0) return
      chunks.push(chunk.subarray(0, room))
      room -= chunk.length
    },
    bytes: () => Buffer.concat(chunks),
  }
}
