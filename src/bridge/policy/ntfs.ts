const devices = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])$/i
/** The 8.3 alias of a long name, `PROGRA~1`: it names a file that a rule about the long name does not see. */
const shortName = /^[^.]{1,7}~\d{1,4}(\.[^.]{0,3})?$/
/**
 * Characters that Unicode calls ignorable: NTFS keeps them, people do not see them, HFS+ drops them. The two that join
 * letters or keep them apart are a part of Persian and Indian words and of emoji; in plain Latin they only hide.
 */
const ignorable = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|(?<![^\0-\x7f])[\u200c\u200d]/

/**
 * Why a file name is not allowed on a Windows drive; null when it is. Windows reads some names as something else:
 * a stream of another file, a device, the same file by a shorter name. The rules hold under `/mnt/c` too, where
 * Linux would make such a file and Windows would then open another one (git's protectNTFS, CVE-2019-1352).
 */
export function ntfsTrouble(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return null
  if (name.includes(':')) return 'a colon names a stream of another file'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Windows forbids in names
  if (/[<>"|?*\u0000-\u001f]/.test(name)) return 'Windows forbids one of its characters'
  if (/[. ]$/.test(name)) return 'Windows drops dots and blanks at the end of a name'
  const stem = name.split('.')[0]?.trimEnd() ?? ''
  if (devices.test(stem)) return 'Windows reads it as a device'
  if (shortName.test(name)) return 'it looks like the short alias of another name; use the long name'
  if (ignorable.test(name)) return 'it holds an invisible character'
  return null
}
