import { hasText, language, text } from '@/i18n'
import { AGENT_LOOKS, type Look } from '@/ui/states'
import type { AgentState } from '@/realtime/rows'
import { useReasons } from './reasons'

/** A busy reason in words: the operator's own name for it, else the product's, else its code. */
export function reasonText(reason: string | undefined): string {
  if (!reason) return ''
  const own = useReasons().byCode.get(reason)
  if (own) return language() === 'en' ? own.name_en : own.name_zh
  const key = `busyReason.${reason}`
  return hasText(key) ? text(key) : reason
}

/** How a state looks; being busy has the colour of its reason. */
export function stateLook(state: AgentState, reason: string | undefined): Look {
  const look = AGENT_LOOKS[state]
  const own = state === 'busy' && reason ? useReasons().byCode.get(reason) : undefined
  return own ? { ...look, tone: own.colour } : look
}

/** Milliseconds that a busy spell may last by its reason, or null: as long as it likes. */
export function reasonLimit(state: AgentState, reason: string | undefined): number | null {
  if (state !== 'busy' || !reason) return null
  const limit = useReasons().byCode.get(reason)?.limit_s
  return limit === null || limit === undefined ? null : limit * 1000
}
