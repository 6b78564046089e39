import { onBeforeUnmount, onMounted } from 'vue'

/** Keys of the agent's desk; function keys that browsers leave free, so that typing is safe. */
export const KEYS = {
  answer: 'Alt+A',
  refuse: 'Alt+R',
  hold: 'Alt+H',
  mute: 'Alt+M',
  target: 'Alt+T',
  keypad: 'Alt+K',
  pause: 'Alt+P',
  prompt: 'Alt+V',
  hangUp: 'Alt+X',
  swap: 'Alt+S',
  back: 'Alt+B',
  complete: 'Alt+C',
  join: 'Alt+G',
  endAll: 'Alt+Q',
  dial: 'Alt+O',
  pickUp: 'Alt+J',
  idle: 'F2',
  busy: 'F4',
  outboundOnly: 'F8',
  extend: 'F9',
  disposition: 'Alt+N',
  log: 'Alt+L',
  messages: 'Alt+I',
  acknowledge: 'Alt+U',
  alarm: 'Alt+Y',
  save: 'Ctrl+Enter',
} as const

/** The name of a pressed key with its modifiers, as in `KEYS`. */
export function nameOf(event: KeyboardEvent): string {
  const parts = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  if (event.shiftKey) parts.push('Shift')
  // With Alt held some layouts type other characters: the place of the key decides.
  parts.push(event.code.startsWith('Key') ? event.code.slice(3) : event.key)
  return parts.join('+')
}

/** Do the action of a pressed key for as long as the calling component is shown. */
export function useShortcuts(actions: Record<string, () => void>): void {
  function pressed(event: KeyboardEvent): void {
    const action = event.repeat ? undefined : actions[nameOf(event)]
    if (!action) return
    event.preventDefault()
    action()
  }
  onMounted(() => window.addEventListener('keydown', pressed))
  onBeforeUnmount(() => window.removeEventListener('keydown', pressed))
}
