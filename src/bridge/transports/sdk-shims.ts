import process from 'node:process'

/**
 * Stands in for the SDK's own `_shims` in the built program (see src/rolldown.config.mjs). That module brings a whole
 * JSON Schema validator, ajv, which costs 12 ms of every start and validates only what a server asks a person for
 * (elicitation): the bridge asks nobody.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('the bridge validates no answers to questions, since it asks none')
  }
}

export { process }
