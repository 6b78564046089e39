import { expect, test, vi } from 'vitest'
import { once } from '@/ui/once'

/** A click on a button below a listener that lets one click pass; tells whether the button had it. */
function had(detail: number): boolean {
  const row = document.createElement('div')
  const button = row.appendChild(document.createElement('button'))
  const command = vi.fn()
  row.addEventListener('click', once, { capture: true })
  button.addEventListener('click', command)
  button.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail }))
  return command.mock.calls.length === 1
}

test('the first click of a double click is a command, the second and third are none', () => {
  expect([1, 2, 3].map(had)).toEqual([true, false, false])
})

test('a key pressed on a button always is', () => {
  expect(had(0)).toBe(true)
})
