import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { difference } from '@/admin/flows/difference'
import { FlowDocument } from '@/admin/flows/document'
import { arranged, freePlace, heightOf, STEP_WIDTH } from '@/admin/flows/layout'
import { arrows, FIELDS, freeId, ICONS, KINDS, newStep, PALETTE, withArrow, type Definition, type Step } from '@/admin/flows/steps'

function flow(...steps: Step[]): Definition {
  return { schema: 1, name: 'a flow', start: steps[0]!.id, languages: ['zh-CN'], steps }
}
const menu: Step = { id: 'ask', kind: 'menu', prompt: ['prompt:hello'], choices: { '1': 'end', '#': 'ask' }, timeout: 'end' }
const end: Step = { id: 'end', kind: 'hang_up' }

const demo = (name: string): Definition =>
  JSON.parse(readFileSync(resolve(__dirname, `../../src/openseat/directory/demo/flows/${name}.json`), 'utf8')) as Definition

describe('steps', () => {
  test('every kind of the interpreter can be drawn', () => {
    expect(PALETTE.flatMap((family) => family.kinds).sort()).toEqual([...KINDS].sort())
    expect(KINDS).toHaveLength(19)
    for (const kind of KINDS) {
      expect(ICONS[kind], kind).toBeDefined()
      const made = newStep(kind, 'new')
      for (const field of Object.keys(made)) {
        expect(['id', 'kind', ...FIELDS[kind]!.map((one) => one.name)], kind).toContain(field)
      }
    }
  })

  test('ways out come in the order of a telephone, the missing ones too', () => {
    expect(arrows(menu).map(({ field, to }) => [field, to])).toEqual([
      ['choices.1', 'end'], ['choices.#', 'ask'], ['invalid', null], ['timeout', 'end'],
    ])
  })

  test.each(['choices.1', 'choices.#', 'invalid', 'timeout'])('the way %s is led elsewhere and taken away', (field) => {
    const led = withArrow(menu, field, 'other')
    expect(arrows(led).find((one) => one.field === field)?.to).toBe('other')
    const away = withArrow(led, field, null)
    expect(arrows(away).find((one) => one.field === field)?.to ?? null).toBeNull()
    expect(arrows(menu).length - arrows(away).length).toBe(field.startsWith('choices') ? 1 : 0)
    expect(menu.choices).toEqual({ '1': 'end', '#': 'ask' })
  })

  test('a branch of a condition is led by its place', () => {
    const step: Step = { id: 'if', kind: 'condition', branches: [{ tests: [] }, { tests: [], next: 'end' }] }
    const led = withArrow(step, 'branches[0].next', 'end')
    expect(arrows(led).map(({ to }) => to)).toEqual(['end', 'end', null])
    expect(arrows(withArrow(led, 'branches[1].next', null))[1]?.to).toBeNull()
  })

  test('a name is taken only once', () => {
    expect(freeId('hang_up', new Set())).toBe('hang-up')
    expect(freeId('hang_up', new Set(['hang-up', 'hang-up-2']))).toBe('hang-up-3')
  })
})

describe('a flow under the pen', () => {
  function opened(...steps: Step[]): FlowDocument {
    const document = new FlowDocument()
    document.open(flow(...steps))
    return document
  }

  test('a new step follows the open way of the one before', () => {
    const document = opened({ id: 'hello', kind: 'announce', prompt: [] }, end)
    expect(document.add('queue', [0, 0], 'hello')).toBe('queue')
    expect(document.steps.value.get('hello')?.next).toBe('queue')
  })

  test('removing a step takes away every way to it, and undo brings all back', () => {
    const document = opened(menu, end)
    const before = document.now.value
    document.remove(new Set(['end']))
    expect(arrows(document.steps.value.get('ask')!).map(({ to }) => to)).toEqual(['ask', null, null])
    document.undo()
    expect(document.now.value).toBe(before)
    expect(document.dirty.value).toBe(false)
    document.redo()
    expect(document.steps.value.has('end')).toBe(false)
  })

  test('removing the first step begins elsewhere, and the last one stays', () => {
    const document = opened(menu, end)
    document.remove(new Set(['ask']))
    expect(document.now.value.start).toBe('end')
    document.remove(new Set(['end']))
    expect(document.now.value.steps).toHaveLength(1)
  })

  test('a renamed step is found under its new name everywhere', () => {
    const document = opened(menu, end)
    expect(document.rename('ask', 'main menu')).toBe(false)
    expect(document.rename('ask', 'end')).toBe(false)
    expect(document.rename('ask', 'main')).toBe(true)
    expect(document.now.value.start).toBe('main')
    expect(document.steps.value.get('main')?.choices).toEqual({ '1': 'end', '#': 'main' })
  })

  test('a change after undo forgets what was undone', () => {
    const document = opened(menu, end)
    document.connect('ask', 'invalid', 'end')
    document.undo()
    document.connect('ask', 'invalid', 'ask')
    expect(document.redoable.value).toBe(false)
  })

  test('moving a step to where it is changes nothing', () => {
    const document = opened({ ...end, position: [10, 20] })
    document.move(new Map([['end', [10, 20]]]))
    expect(document.undoable.value).toBe(false)
  })
})

describe('the drawing', () => {
  test.each(['beidou-menu', 'jincheng-menu', 'shared-menu'])('no two steps of %s cover each other', (name) => {
    const { steps } = demo(name)
    const places = arranged(demo(name))
    for (const [n, one] of steps.entries()) {
      for (const other of steps.slice(n + 1)) {
        const [ax, ay] = places.get(one.id)!
        const [bx, by] = places.get(other.id)!
        const apart = Math.abs(ax - bx) >= STEP_WIDTH || (ay < by ? by - ay >= heightOf(one) : ay - by >= heightOf(other))
        expect(apart, `${one.id} and ${other.id}`).toBe(true)
      }
    }
  })

  test('a new step covers none that is there', () => {
    const held = flow({ ...menu, position: [0, 0] }, { ...end, position: [0, 200] })
    const [x, y] = freePlace(held, [30, 10])
    expect(x).toBe(30)
    expect(y).toBeGreaterThanOrEqual(200 + heightOf(end))
    expect(freePlace(held, [600, 10])).toEqual([600, 10])
  })
})

describe('the difference of two versions', () => {
  test('places and the order of keys are no difference', () => {
    const moved = flow({ ...menu, choices: { '#': 'ask', '1': 'end' }, position: [5, 5] }, end)
    expect(difference(flow(menu, end), moved)).toEqual([])
  })

  test('steps come, go and change, and so does the head', () => {
    const { timeout: _, ...rest } = menu
    const after = { ...flow({ ...rest, retries: 4 } as Step, { id: 'new', kind: 'goto' }), languages: ['en'] }
    expect(difference(flow(menu, end), after)).toEqual([
      { id: '', kind: '', what: 'changed', fields: [{ name: 'languages', before: ['zh-CN'], after: ['en'] }] },
      {
        id: 'ask', kind: 'menu', what: 'changed',
        fields: [
          { name: 'timeout', before: 'end', after: undefined },
          { name: 'retries', before: undefined, after: 4 },
        ],
      },
      { id: 'new', kind: 'goto', what: 'added', fields: [] },
      { id: 'end', kind: 'hang_up', what: 'removed', fields: [] },
    ])
  })
})
