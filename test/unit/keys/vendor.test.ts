import { describe, expect, it } from 'vitest'
import { vendorKeyIn } from '../../../src/core/keys/vendor.ts'
import { looksRandom } from '../../support/random-text.ts'

const shapes = [
  ...['sk-ant-api03-', 'sk-proj-', 'sk-', 'ghp_', 'gho_', 'ghs_', 'github_pat_', 'tvly-', 'tvly-dev-', 'xoxb-', 'glpat-', 'npm_', 'hf_'],
  ...[
    'gsk_',
    'sk_live_',
    'AIza',
    'xai-',
    'SG.',
    'ya29.',
    'mtw_',
    'BSA',
    'dckr_pat_',
    'glsa_',
    'sntrys_',
    'tskey-auth-',
    'hvs.',
    'napi_',
    'rnd_',
  ],
]

describe('a key with the prefix of its vendor', () => {
  it.each(shapes)('%s is found in any text, name and depth', (prefix) => {
    const key = `${prefix}${looksRandom(43)}`
    expect(vendorKeyIn(key, 'value')).toMatchObject({ field: 'value' })
    expect(vendorKeyIn({ a: [1, { b: `use (${key}), please` }] }, 'value')).toMatchObject({ field: 'value.a[1].b' })
    expect(vendorKeyIn({ [key]: 1 }, 'value')).toMatchObject({ field: 'value' })
    expect(vendorKeyIn(`${key.slice(0, 9)}\u200b${key.slice(9)}`, 'value')).not.toBeNull()
    expect(JSON.stringify(vendorKeyIn(`KEY=${key}`, 'value'))).not.toContain(key.slice(-12))
  })

  it.each([
    ['of Amazon', `AKIA${'3QZ7WNPLKD2MX9TB'}`],
    ['of a file', `-----BEGIN RSA PRIVATE KEY-----\n${looksRandom(64)}\n-----END RSA PRIVATE KEY-----`],
    ['of a file in JSON', `-----BEGIN PRIVATE KEY-----\\n${looksRandom(64)}`],
    ['of an encrypted file', `-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n${looksRandom(64)}`],
    ['of age', `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'}`],
    ['made of letters alone', `ghp_${'abcdefghijklmnopqrstuvwxyzabcdefghij'}`],
    ['made of one letter', `ghp_${'a'.repeat(36)}`],
  ])('%s is found', (_, text) => {
    expect(vendorKeyIn(text, 'value')).not.toBeNull()
  })

  it.each([
    ...[
      'sk-ant-...',
      'sk-ant-…',
      'ghp_xxxx',
      `ghp_${'x'.repeat(36)}`,
      'sk-your-api-key-goes-here',
      'AKIAIOSFODNN7EXAMPLE',
      '${secret:KEY}',
    ],
    ...[
      'tvly-YOUR_API_KEY_HERE',
      'sk-ant- is how they begin',
      'the task-management-system-and-more12345678',
      'npm_config_registry_and_more_1234',
    ],
    ...[
      'secret_store_with_many_words_1234567890',
      'sk-learn-pipeline-configuration',
      '-----BEGIN PRIVATE KEY----- …',
      'hf_hub_download_with_progress',
      'BSA_MEMBERSHIP_NUMBERS_AND_MORE_2026',
      'rnd_seed_for_tests_and_more_1234567',
    ],
    ...[
      '123e4567-e89b-12d3-a456-426614174000',
      '39c01756e6296a620eebf455feeffd885b9aaa5d',
      'sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
    ],
    ...['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'https://example.org/sk-/x', 'desk-1234567890123456'],
  ])('%s is none', (text) => {
    expect(vendorKeyIn({ value: [text] })).toBeNull()
  })
})
