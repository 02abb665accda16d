/**
 * What a search finds at one of its places; null where that place cannot be looked at: a folder on PATH that is closed to this
 * user, or a link that leads in a circle. A shell passes those by, and so do we.
 */
export async function passing<T>(look: Promise<T | null>): Promise<T | null> {
  try {
    return await look
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
