import { describe, expect, it } from 'vitest'
import { fitsEngines } from '../../../src/core/packages/semver.ts'

describe("a package's wish for a node", () => {
  it.each([
    ['>=18', '20.20.2', true],
    ['>=20.18.1', '20.18.0', false],
    ['>=20.18.1', '20.18.1', true],
    ['^20.19 || ^22.12 || >=23', '20.19.0', true],
    ['^20.19||^22.12||>=23', '22.11.0', false],
    ['^20.19||^22.12||>=23', '24.0.0', true],
    ['^20.19.0', '21.0.0', false],
    ['~20.1.2', '20.1.9', true],
    ['~20.1.2', '20.2.0', false],
    ['20.x', '20.9.9', true],
    ['20', '21.0.0', false],
    ['*', '18.0.0', true],
    ['', '18.0.0', true],
    ['>= 18 <23', '22.1.0', true],
    ['>= 18 <23', '23.0.0', false],
    ['>20', '20.5.0', false],
    ['>20', '21.0.0', true],
    ['<=20', '20.5.0', true],
    ['<=20', '21.0.0', false],
    ['18 - 20', '20.0.0', true],
    ['^0.10.0', '0.10.5', true],
    ['^0.10.0', '0.11.0', false],
    ['whatever', '20.0.0', null],
  ])('%s for %s: %s', (range, version, fits) => {
    expect(fitsEngines(version, range)).toBe(fits)
  })
})
