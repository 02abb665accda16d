import { describe, expect, it } from 'vitest'
import { repeatsRepeated } from '../../../src/bridge/plugins/pattern.ts'
import { schemaTrouble } from '../../../src/bridge/plugins/schema.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import { pluginLimits } from '../../../src/bridge/plugins/limits.ts'

describe('a pattern', () => {
  it.each([
    '(a+)+',
    '(a*)*b',
    '^(\\d+)*$',
    '((a+)b?)+',
    '(?:x+|y)*',
    '(a{2,})+',
    '([ab]+c?){30}',
    '(?<n>a+){2,}',
    '((((a+))))+',
    '(a+?)+?',
  ])('that repeats what repeats is refused: %s', (pattern) => expect(repeatsRepeated(pattern)).toBe(true))
  it.each([
    'a+b+',
    '^[a-z]+(-[a-z]{1,3})?$',
    '(ab)+',
    '(a+)?',
    '(a{1,3}){2}',
    '[(a+)+]',
    '\\(a+\\)+',
    '(a+)b(c)+',
    '^(\\d{4})-(\\d{2})$',
    '',
  ])('that does not is taken: %s', (pattern) => expect(repeatsRepeated(pattern)).toBe(false))
})

const nested = (levels: number): JsonObject => (levels === 0 ? {} : { properties: { a: nested(levels - 1) } })

describe('the schema of parameters', () => {
  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['what most tools have', { type: 'object', properties: { path: { type: 'string', pattern: '^[a-z]+$' } }, required: ['path'] }],
    ['a part of itself', { $defs: { a: { type: 'string' } }, properties: { b: { $ref: '#/$defs/a' } } }],
    ['properties named like keywords', { properties: { pattern: { type: 'string' }, $ref: { type: 'string' }, enum: { type: 'number' } } }],
    ['data that looks like keywords', { properties: { a: { enum: [{ $ref: 'http://x' }], default: { pattern: '(a+)+' } } } }],
  ])('is taken: %s', (_, schema) => expect(schemaTrouble(schema)).toBeNull())
  it.each<[string, JsonObject, RegExp]>([
    ['a list', { type: 'array' }, /"type" must be "object"/],
    ['deep', nested(50), /nested more than/],
    ['large', { description: 'x'.repeat(pluginLimits.schema) }, /are the most/],
    ['another document', { properties: { a: { $ref: 'https://example.com/x.json' } } }, /only a part of the same schema/],
    ['a reference that is no text', { allOf: [{ $ref: 7 }] }, /only a part of the same schema/],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, /the pattern "\(" is none/],
    ['a slow pattern', { properties: { a: { items: [{ pattern: '(a+)+' }] } } }, /repeats what itself repeats/],
    ['a slow pattern of names', { patternProperties: { '(a+)+': {} } }, /repeats what itself repeats/],
    ['a slow pattern in a definition', { $defs: { a: { not: { pattern: '(a+)+' } } } }, /repeats what itself repeats/],
    ['a long pattern', { properties: { a: { pattern: 'a'.repeat(1000) } } }, /1000 characters/],
  ])('is refused: %s', (_, schema, reason) => expect(schemaTrouble(schema)).toMatch(reason))
})
