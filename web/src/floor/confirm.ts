import { ElMessage, ElMessageBox } from 'element-plus'
import { asProblem } from '@/api/problem'
import { text } from '@/i18n'
import { problemText } from '@/ui/problem-text'
import { useControl, type Action } from './control'

/**
 * Actions that somebody else notices, or that cannot be taken back; the others begin with a ring
 * of the own phone, which is question enough.
 */
const ASKED: ReadonlySet<Action> = new Set([
  'idle', 'busy', 'sign_out', 'cut_off', 'barge', 'intercept',
])

/** Ask where it is due, do it, and say what became of it. */
export async function carryOut(
  action: Action,
  agentId: string,
  callId: string,
  who: string,
): Promise<void> {
  const control = useControl()
  if (ASKED.has(action)) {
    try {
      await ElMessageBox.confirm(
        text(`control.ask.${action}`, { who }),
        text(`control.action.${action}`),
        {
          confirmButtonText: text(`control.action.${action}`),
          cancelButtonText: text('common.cancel'),
          type: 'warning',
        },
      )
    } catch {
      return // Thought better of it.
    }
  }
  try {
    await control.act(action, agentId, callId)
    ElMessage.success(text(`control.done.${action}`, { who }))
  } catch (thrown) {
    ElMessage.error(problemText(asProblem(thrown)))
  }
}
