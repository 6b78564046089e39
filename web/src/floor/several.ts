import { ElMessage, ElMessageBox } from 'element-plus'
import { post } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import { text } from '@/i18n'
import { problemText } from '@/ui/problem-text'

/** What is done to several agents with one question. */
export type Together = 'idle' | 'busy' | 'sign_out'

/** So many are asked for at the same time. */
const AT_ONCE = 6

/** Do something for each of several, whatever becomes of the others; returns what was refused. */
export async function forEach(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<Problem[]> {
  const refused: Problem[] = []
  const left = [...ids]
  async function worker(): Promise<void> {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        await work(id)
      } catch (thrown) {
        refused.push(asProblem(thrown))
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return refused
}

function tell(all: number, refused: readonly Problem[]): void {
  const [first] = refused
  if (!first) ElMessage.success(text('control.together.done', { count: all }))
  else
    ElMessage.warning(
      text('control.together.partly', {
        done: all - refused.length,
        refused: refused.length,
        reason: problemText(first),
      }),
    )
}

const address = (id: string): string => `/floor/agents/${encodeURIComponent(id)}`

/** Ask once, do it for all, and say what became of it; false when thought better of. */
export async function together(action: Together, ids: readonly string[]): Promise<boolean> {
  try {
    await ElMessageBox.confirm(
      text(`control.together.ask.${action}`, { count: ids.length }),
      text(`control.action.${action}`),
      {
        confirmButtonText: text(`control.action.${action}`),
        cancelButtonText: text('common.cancel'),
        type: 'warning',
      },
    )
  } catch {
    return false
  }
  const refused = await forEach(ids, (id) =>
    action === 'sign_out' ? post(`${address(id)}/sign-out`) : post(`${address(id)}/state`, { state: action }),
  )
  tell(ids.length, refused)
  return true
}

/** Write one message to all of them; false when thought better of. */
export async function writeTo(ids: readonly string[]): Promise<boolean> {
  let words: string
  try {
    const answer = await ElMessageBox.prompt(
      text('control.together.write', { count: ids.length }),
      text('control.action.message'),
      {
        inputType: 'textarea',
        inputValidator: (typed: string) => (typed ?? '').trim().length > 0 && typed.length <= 1000,
        inputErrorMessage: text('control.together.words'),
        confirmButtonText: text('control.together.send'),
        cancelButtonText: text('common.cancel'),
      },
    )
    words = answer.value.trim()
  } catch {
    return false
  }
  const refused = await forEach(ids, (id) =>
    post('/floor/messages', { audience: 'agent', audience_id: id, text: words, urgent: false }),
  )
  tell(ids.length, refused)
  return true
}
