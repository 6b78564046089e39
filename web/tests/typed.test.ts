import { expect, test } from 'vitest'
import { reactive } from 'vue'
import { useTyped } from '@/ui/typed'

function form(held: Record<string, unknown>) {
  const values = reactive(held)
  const typed = useTyped(() => values)
  typed.begin()
  return { values, typed }
}

test('a form holds what it starts with until somebody types', () => {
  const { values, typed } = form({ name: '', minutes: 30, queues: [] as string[] })
  expect(typed.changed()).toBe(false)
  values.name = '王'
  expect(typed.changed()).toBe(true)
  values.name = ''
  expect(typed.changed()).toBe(false)
  ;(values.queues as string[]).push('q-1')
  expect(typed.changed()).toBe(true)
  typed.begin()
  expect(typed.changed()).toBe(false)
})

test('a field that changes how it holds nothing is untouched', () => {
  const { values, typed } = form({ name: '', target: null, skills: {}, hours: { weekly: [] } })
  Object.assign(values, { name: null, target: undefined, skills: '', hours: {} })
  expect(typed.changed()).toBe(false)
  values.skills = { 's-1': 0 }
  expect(typed.changed()).toBe(true)
})

test('what is untouched closes at once', async () => {
  const { typed } = form({ name: '王' })
  let closed = 0
  await typed.leave(() => (closed += 1))
  expect(closed).toBe(1)
})
