import type { components } from './schema'

/** The documents of the API by their names, from its published description. */
export type Schemas = components['schemas']
