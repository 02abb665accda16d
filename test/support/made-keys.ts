/** Values shaped like keys, put together here so that no scanner takes this file for a leak. */
const filler = 'q7Zk2mXw9Rt4Vb1Nc8Ls5Hd3'
export const token = (length = 24): string => filler.repeat(4).slice(0, length)
export const withPrefix = (...parts: string[]): string => `${parts.join('')}${token(36)}`
export const hex = (length: number): string => '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'.slice(0, length)
export const uuid = ['3f0c9a1e', '7b2d', '4c5e', '9a10', '5d6e7f8091a2'].join('-')
export const prefixes = [
  ['f', 'c-'],
  ['AI', 'za'],
  ['github', '_pat_'],
  ['gh', 'p_'],
  ['tv', 'ly-'],
  ['sb', 'p_'],
  ['pp', 'lx-'],
  ['fi', 'gd_'],
  ['sk-', 'ant-'],
  ['ctx7', 'sk-'],
  ['na', 'pi_'],
  ['rn', 'd_'],
  ['sk', '-'],
  ['xo', 'xb-'],
]
