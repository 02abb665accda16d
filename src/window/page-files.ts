import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array
}

const names = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const

/** The files of the page by their addresses, read once: nothing that a request names becomes a path. */
export async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const read = Object.entries(names).map(
    async ([path, [name, type]]) => [path, { type, bytes: await readFile(join(folder, name)) }] as const,
  )
  return new Map(await Promise.all(read))
}
