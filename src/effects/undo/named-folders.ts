import type { JsonValue } from '../../model/entry.ts'

const plain = (text: string): string => text.replaceAll('\\\\', '/').replaceAll('\\', '/').toLowerCase()

/** Returns whether a value names a folder, with either kind of slashes, or a launcher of ours, whatever its folder. */
export function names(value: JsonValue, folder: string): boolean {
  const text = JSON.stringify(value)
  return plain(text).includes(plain(folder)) || /\.mcp-twin(?:[\\/]+bin[\\/]|','bin',)/.test(text)
}

/** Our launcher from the home folder, as files of projects spell it. */
const fromHome = /(?:\$\{\w+(?::\w+)?\}|\$HOME|~)\/+\.mcp-twin\/+bin\/|'\.mcp-twin','bin',/i

/** Returns whether a text names a file that an uninstall removes from one of these folders. One of another home is none. */
export function namesInstalled(text: string, folders: readonly string[]): boolean {
  const spelled = plain(text)
  const isIn = (folder: string): boolean => ['bin', 'app', 'npm', 'pypi'].some((part) => spelled.includes(`${plain(folder)}/${part}/`))
  return fromHome.test(spelled) || folders.some(isIn)
}
