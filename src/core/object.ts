import type { JsonObject } from '../model/entry.ts'

/** True for what JSON calls an object: neither null nor a list. */
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
