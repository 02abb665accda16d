import { describe, expect, it } from 'vitest'
import { insertItem, removeItem } from '../../../../src/core/formats/toml/items.ts'

describe('an item of a list or inline table', () => {
  it.each([
    ['[]', '[x]'],
    ['{ }', '{ x }'],
    ['["a"]', '["a", x]'],
    ['["a", ]', '["a", x, ]'],
    ['{ a = 1 }', '{ a = 1, x }'],
    ['["a" # c\n]', '["a", x # c\n]'],
    ['[\n  "a"\n]', '[\n  "a",\n  x\n]'],
    ['[\n  "a", # c\n]', '[\n  "a", # c\n  x,\n]'],
    ['[\r\n\t"a" # c\r\n]', '[\r\n\t"a", # c\r\n\tx\r\n]'],
    ['[\n]', '[\n  x\n]'],
    ['[ # c\n  ]', '[ # c\n    x\n  ]'],
    ['["a",\n "b"]', '["a",\n "b",\n x]'],
    ['["a"\n, # c\n]', '["a"\n, x, # c\n]'],
  ])('is added to %j and removed again', (before, shown) => {
    const item = before.startsWith('{') ? 'x = 1' : "'x'"
    const after = shown.replace('x', item)
    expect(insertItem(before, item, before.includes('\r\n') ? '\r\n' : '\n')).toBe(after)
    expect(removeItem(after, before.match(/"\w"|\w =/g)?.length ?? 0)).toBe(before)
  })

  it.each([
    ['{ x = 1, a = 2 }', 0, '{ a = 2 }'],
    ['{ a = 1, x = 2, b = 3 }', 1, '{ a = 1, b = 3 }'],
    ['[\n  "x", # mine\n  "a", # a\n]', 0, '[\n  "a", # a\n]'],
    ['[\n  # about a\n  "a",\n  # above x\n  "x" # mine\n]', 1, '[\n  # about a\n  "a"\n  # above x\n]'],
    // A comment ends with its line, so the line break before a bracket stays.
    ['["a", # c\n"x"]', 1, '["a" # c\n]'],
    ['{# c\n x = 1 }', 0, '{# c\n  }'],
    ['{ # c\n x = 1, a = 2 }', 0, '{ # c\n  a = 2 }'],
  ])('is removed from %j', (before, index, after) => expect(removeItem(before, index)).toBe(after))
})
