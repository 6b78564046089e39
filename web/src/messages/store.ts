import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { get, post } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import { onNote } from '@/realtime/notes'
import { useSession } from '@/session/store'

export type Received = Schemas['ReceivedMessage']
export type Sent = Schemas['SentMessage']
export type Audience = Schemas['Wanted']

const AT_ONCE = 30

/** Messages to the user and from the user; read again whenever the server says so. */
export const useMessages = defineStore('messages', () => {
  const session = useSession()
  const items = shallowRef<readonly Received[]>([])
  const older = ref<string | null>(null)
  const unread = ref(0)
  const unacknowledged = ref(0)
  const problem = shallowRef<Problem | null>(null)
  const loaded = ref(false)
  const open = ref(false)
  /** Whom a message is being written to; null while none is. */
  const writing = shallowRef<{ audience: Audience; id: string } | null>(null)

  const reads = computed(() => session.may('messages.read'))
  const sends = computed(() => session.may('messages.send'))
  /** What is to be seen now: urgent ones first, and among each the oldest. */
  const pressing = computed<Received | null>(() => {
    const waiting = items.value.filter((one) =>
      one.urgent ? one.acknowledged_at === null : one.read_at === null,
    )
    return waiting.findLast((one) => one.urgent) ?? waiting.at(-1) ?? null
  })
  const waiting = computed(() => {
    const urgentRead = items.value.filter(
      (one) => one.urgent && one.read_at !== null && one.acknowledged_at === null,
    ).length
    return unread.value + urgentRead
  })

  /** Read the newest messages. */
  async function load(): Promise<void> {
    if (!reads.value) return
    const user = session.user?.id
    try {
      const found = await get<Schemas['Inbox']>('/me/messages', { limit: AT_ONCE })
      if (session.user?.id !== user) return // Signed out meanwhile.
      items.value = found.items
      older.value = found.next_cursor
      unread.value = found.unread
      unacknowledged.value = found.unacknowledged
      problem.value = null
      loaded.value = true
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  onNote('messages', () => void load())

  /** Read the next earlier ones. */
  async function more(): Promise<void> {
    if (older.value === null) return
    const found = await get<Schemas['Inbox']>('/me/messages', {
      limit: AT_ONCE,
      cursor: older.value,
    })
    const known = new Set(items.value.map((one) => one.id))
    items.value = [...items.value, ...found.items.filter((one) => !known.has(one.id))]
    older.value = found.next_cursor
  }

  async function act(message: Received, what: string, body: unknown = {}): Promise<void> {
    await post<unknown>(`/me/messages/${encodeURIComponent(message.id)}/${what}`, body)
    await load()
  }
  const markRead = (message: Received) => act(message, 'read')
  const acknowledge = (message: Received) => act(message, 'acknowledgement')
  const reply = (message: Received, text: string) => act(message, 'reply', { text })

  function write(audience: Audience, id: string): void {
    writing.value = { audience, id }
  }

  function clear(): void {
    items.value = []
    older.value = null
    unread.value = unacknowledged.value = 0
    problem.value = writing.value = null
    loaded.value = open.value = false
  }

  return {
    items,
    older,
    unread,
    unacknowledged,
    waiting,
    problem,
    loaded,
    open,
    writing,
    reads,
    sends,
    pressing,
    load,
    more,
    markRead,
    acknowledge,
    reply,
    write,
    clear,
  }
})
