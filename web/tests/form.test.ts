import { describe, expect, test } from 'vitest'
import { faults, given, type Question } from '@/ui/form'
import { rendered } from '@/ui/markdown'

const ask = (part: Partial<Question>): Question => ({
  name: 'a', label: 'A', kind: 'text', required: false, help: '', pattern: '', choices: [], ...part,
})

describe('a form', () => {
  test.each([
    [ask({ required: true }), '', 'needed'],
    [ask({ required: true }), '  ', 'needed'],
    [ask({ required: true, kind: 'choices' }), [], 'needed'],
    [ask({ kind: 'number' }), '12a', 'number'],
    [ask({ kind: 'number' }), '-12.50', undefined],
    [ask({ kind: 'date' }), '1 May', 'date'],
    [ask({ kind: 'phone' }), '138-0013', 'phone'],
    [ask({ kind: 'phone' }), '+8613800138000', undefined],
    [ask({ kind: 'choice', choices: ['x'] }), 'y', 'choice'],
    [ask({ pattern: 'P[0-9]{3}' }), 'P12', 'pattern'],
    [ask({ pattern: 'P[0-9]{3}' }), 'P123', undefined],
    [ask({ pattern: '(?P<x>a)' }), 'b', undefined],
    [ask({}), '', undefined],
  ])('%j answered by %j', (question, answer, fault) => {
    expect(faults([question], { a: answer }).a).toBe(fault)
  })

  test('leaves out what was not answered', () => {
    expect(given({ a: '', b: [], c: 'x', d: ['y'] })).toEqual({ c: 'x', d: ['y'] })
  })
})

describe('a script', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html;base64,AAAA)',
    '[x](vbscript:x)',
    '![x](https://evil.example/track.png)',
    '<a href="javascript:alert(1)">x</a>',
    '<javascript:alert(1)>',
  ])('shows %s as text and obeys nothing in it', (source) => {
    const holder = document.createElement('div')
    holder.innerHTML = rendered(source)
    expect(holder.querySelectorAll('script, img, iframe, object, style')).toHaveLength(0)
    for (const element of holder.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name.startsWith('on')).toBe(false)
        expect(value).not.toMatch(/^\s*(javascript|data|vbscript):/i)
      }
    }
  })

  test('opens links apart from this page', () => {
    const holder = document.createElement('div')
    holder.innerHTML = rendered('[条款](https://example.com/)')
    const link = holder.querySelector('a')!
    expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer nofollow'])
  })
})
