const signatures: readonly { readonly type: string; readonly bytes: readonly (number | null)[] }[] = [
  { type: 'image/png', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: 'image/webp', bytes: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50] },
]

/** The media type of a picture that models can see, by its first bytes; the file's name says nothing. */
export function imageType(head: Uint8Array): string | null {
  return signatures.find(({ bytes }) => bytes.every((byte, index) => byte === null || head[index] === byte))?.type ?? null
}
