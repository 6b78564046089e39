import { ElMessage } from 'element-plus'
import { text as say } from '@/i18n'

/** Put a text on the clipboard, and say whether that was possible. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    ElMessage.success(say('common.copied'))
  } catch {
    // Browsers give the clipboard only to pages by https; the text can be marked and copied.
    ElMessage.warning(say('common.notCopied'))
  }
}
