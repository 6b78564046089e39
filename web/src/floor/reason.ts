import { hasText, text } from '@/i18n'

/** A busy reason in words; an operator's own reasons are shown as they were typed in. */
export function reasonText(reason: string | undefined): string {
  if (!reason) return ''
  const key = `busyReason.${reason}`
  return hasText(key) ? text(key) : reason
}
