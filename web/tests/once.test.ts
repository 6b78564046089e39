import { expect, test, vi } from 'vitest'
import { commandOnce } from '@/ui/once'

commandOnce(window)

/** Put something into the page and say whether it hears of an event. */
function hears(markup: string, event: Event): boolean {
  document.body.innerHTML = markup
  const heard = vi.fn()
  const target = document.querySelector('[data-it]')!
  target.addEventListener(event.type, heard)
  target.dispatchEvent(event)
  return heard.mock.calls.length === 1
}
const click = (detail: number): MouseEvent => new MouseEvent('click', { bubbles: true, cancelable: true, detail })
const enter = (more: KeyboardEventInit): KeyboardEvent =>
  new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more })
const BUTTON = '<button class="el-button" data-it></button>'

test('the first click of a double click is a command, the second and third are none', () => {
  expect([1, 2, 3].map((count) => hears(BUTTON, click(count)))).toEqual([true, false, false])
})

test('a key pressed on a button always is', () => {
  expect(hears(BUTTON, click(0))).toBe(true)
})

test('a dialog opened by a first click is not closed by the second', () => {
  const behind = '<div class="el-overlay" data-it></div>'
  expect([1, 2].map((count) => hears(behind, click(count)))).toEqual([true, false])
})

test('what is no command, or is meant to be clicked again at once, hears every click', () => {
  expect(hears('<div class="el-overlay"><input data-it></div>', click(2))).toBe(true)
  expect(hears(`<div data-quick>${BUTTON}</div>`, click(2))).toBe(true)
})

test('an Enter that is held down commands once, and makes lines where there are lines', () => {
  const field = '<input data-it>'
  const text = '<textarea data-it></textarea>'
  expect(hears(field, enter({}))).toBe(true)
  expect(hears(field, enter({ repeat: true }))).toBe(false)
  expect(hears(text, enter({ repeat: true }))).toBe(true)
  expect(hears(text, enter({ repeat: true, ctrlKey: true }))).toBe(false)
})
