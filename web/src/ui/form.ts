import type { Schemas } from '@/api/schemas'

/** One question of a form, as the API describes it. */
export type Question = Schemas['AskedField']
export type Answer = string | string[]
export type Answers = Record<string, Answer>

/** What is wrong with an answer; a key below `form.wrong`. */
export type Fault = 'needed' | 'number' | 'date' | 'phone' | 'pattern' | 'choice'

const empty = (answer: Answer | undefined): boolean =>
  answer === undefined || (Array.isArray(answer) ? answer.length === 0 : answer.trim() === '')

function faultOf(question: Question, value: string): Fault | null {
  switch (question.kind) {
    case 'number':
      return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(value) ? null : 'number'
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? null : 'date'
    case 'phone':
      return /^\+?\d{2,20}$/.test(value) ? null : 'phone'
    case 'choice':
      return question.choices.includes(value) ? null : 'choice'
    default:
      return null
  }
}

function fits(pattern: string, value: string): boolean {
  if (pattern === '') return true
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value)
  } catch {
    return true // Written for the server alone, which has the last word anyway.
  }
}

/** What is wrong with the answers, by field; the server checks the same once more. */
export function faults(questions: readonly Question[], answers: Answers): Record<string, Fault> {
  const found: Record<string, Fault> = {}
  for (const question of questions) {
    const answer = answers[question.name]
    if (empty(answer)) {
      if (question.required) found[question.name] = 'needed'
    } else if (typeof answer === 'string') {
      const value = answer.trim()
      const fault = faultOf(question, value) ?? (fits(question.pattern, value) ? null : 'pattern')
      if (fault) found[question.name] = fault
    }
  }
  return found
}

/** The answers without those left empty. */
export function given(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => !empty(answer)))
}
