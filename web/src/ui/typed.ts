import { ElMessageBox } from 'element-plus'
import { text } from '@/i18n'

/** A value where every way of holding nothing is the same: '', null, [] and {}. */
function plain(value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (Array.isArray(value)) return value.length > 0 ? value.map(plain) : undefined
  if (typeof value !== 'object') return value
  const held = Object.entries(value)
    .map(([name, one]) => [name, plain(one)] as const)
    .filter(([, one]) => one !== undefined)
  return held.length > 0 ? Object.fromEntries(held) : undefined
}

const written = (value: unknown): string => JSON.stringify(plain(value)) ?? ''

/** Ask whether what was typed may be lost. */
export async function mayDiscard(): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text('common.discardAsk'), text('common.discard'), {
      type: 'warning',
      confirmButtonText: text('common.discard'),
      cancelButtonText: text('common.cancel'),
    })
    return true
  } catch {
    return false // Thought better of it.
  }
}

/** What people have put into a form since it was opened, so that closing it loses nothing unasked. */
export interface Typed {
  /** The form holds what it starts with. */
  begin: () => void
  /** Whether it holds anything else now. */
  changed: () => boolean
  /** Close it, after a question where something would be lost: the `before-close` of a dialog. */
  leave: (close: () => void) => Promise<void>
}

export function useTyped(held: () => unknown): Typed {
  let first = ''
  let asking = false
  const changed = (): boolean => written(held()) !== first

  async function leave(close: () => void): Promise<void> {
    if (asking) return
    asking = true
    try {
      if (!changed() || (await mayDiscard())) close()
    } finally {
      asking = false
    }
  }

  return { begin: () => void (first = written(held())), changed, leave }
}
