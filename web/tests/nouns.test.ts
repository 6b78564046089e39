import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fieldsOf, NOUNS } from '@/admin/nouns'

interface Property {
  minimum?: number
  maximum?: number
  maxLength?: number
  enum?: string[]
  $ref?: string
  anyOf?: Property[]
  type?: string
}

const contract = JSON.parse(
  readFileSync(resolve(__dirname, '../../contracts/openapi.json'), 'utf8'),
) as { components: { schemas: Record<string, { properties: Record<string, Property>; required?: string[]; enum?: string[] }> } }
const schemas = contract.components.schemas

/** The request body of a noun, by what it is called in the contract. */
const BODIES: Record<string, string> = {
  agents: 'AgentFields', queues: 'QueueFields', skills: 'SkillFields', 'agent-groups': 'AgentGroupFields',
  hours: 'HoursFields', calendars: 'CalendarFields', users: 'UserFields', roles: 'RoleFields', phones: 'PhoneFields',
  numbers: 'NumberFields', trunks: 'TrunkFields', 'listed-numbers': 'ListedNumberFields',
  'busy-reasons': 'BusyReasonFields', scripts: 'ScriptFields', 'client-pages': 'ClientPageFields', dispositions: 'DispositionFields', forms: 'FormFields',
  clients: 'ClientFields', projects: 'ProjectFields', branches: 'BranchFields', operators: 'OperatorFields',
}

const plain = (property: Property): Property =>
  property.anyOf?.find((one) => one.type !== 'null') ?? property

describe.each(Object.values(NOUNS))('the form of $path', (noun) => {
  const body = schemas[BODIES[noun.path]!]!
  const fields = new Map(fieldsOf(noun).map((field) => [field.name, field]))

  test('has every field of the API and no other', () => {
    expect([...fields.keys()].sort()).toEqual(Object.keys(body.properties).sort())
  })

  test('asks for what the API needs', () => {
    for (const name of body.required ?? []) {
      const field = fields.get(name)!
      expect(field.needed || field.preset !== undefined, name).toBe(true)
    }
  })

  test('has the bounds and the choices of the API', () => {
    for (const [name, field] of fields) {
      const property = plain(body.properties[name]!)
      if (field.kind === 'number') {
        expect([field.lowest, field.highest], name).toEqual([property.minimum, property.maximum])
      }
      if (field.kind === 'choice') {
        const words = property.enum ?? schemas[property.$ref?.split('/').at(-1) ?? '']?.enum
        expect([...field.options].sort(), name).toEqual([...(words ?? [])].sort())
      }
    }
  })
})
