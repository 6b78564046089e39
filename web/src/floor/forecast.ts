import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { get } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import { useSession } from '@/session/store'

const EVERY_MS = 60_000

const found = shallowRef<Schemas['Forecasts'] | null>(null)
const problem = shallowRef<Problem | null>(null)
const users = ref(0)
let timer = 0

async function load(): Promise<void> {
  window.clearTimeout(timer)
  try {
    found.value = await get<Schemas['Forecasts']>('/floor/forecast')
    problem.value = null
  } catch (thrown) {
    problem.value = asProblem(thrown)
  }
  window.clearTimeout(timer)
  if (users.value > 0) timer = window.setTimeout(() => void load(), EVERY_MS)
}

/** The next half hour, asked for once a minute for all who show it. */
export function useForecast() {
  const session = useSession()
  const asked = session.may('messages.read') || session.isClient
  onMounted(() => {
    if (!asked) return
    users.value += 1
    if (users.value > 1) return
    found.value = problem.value = null
    void load()
  })
  onBeforeUnmount(() => {
    if (!asked) return
    users.value -= 1
    if (users.value === 0) window.clearTimeout(timer)
  })
  return { asked, found, problem, load }
}
