import type { Problem } from '@/api/problem'
import { hasText, text } from '@/i18n'

/** A problem in words: the server's own, else ours for its code, else for its kind. */
export function problemText(problem: Problem): string {
  const key = `problems.${problem.code.replaceAll('.', '_')}`
  if (hasText(key)) return text(key, { seconds: problem.retryAfter ?? 60 })
  if (problem.detail) return problem.detail
  if (problem.status === 403) return text('problems.forbidden')
  if (problem.status === 404) return text('problems.not_found')
  if (problem.status === 429) return text('problems.too_many', { seconds: problem.retryAfter ?? 60 })
  if (problem.status >= 500) return text('problems.server')
  return text('problems.other')
}
