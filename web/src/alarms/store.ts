import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { get, post, type Page } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import { audio } from '@/phone/sound'
import { onNote } from '@/realtime/notes'
import { useSession } from '@/session/store'

export type Alarm = Schemas['Alarm']
export type Threshold = Schemas['ThresholdDocument']
export type Severity = Schemas['Severity']

/** Two short tones, the higher for what is critical. */
function sound(critical: boolean): void {
  const context = audio()
  for (const [index, start] of [0, 0.22].entries()) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = (critical ? 880 : 520) * (1 + index / 4)
    volume.gain.value = 0.08
    tone.connect(volume).connect(context.destination)
    tone.start(context.currentTime + start)
    tone.stop(context.currentTime + start + 0.16)
  }
}

/** Alarms that are not over, on what the user manages. */
export const useAlarms = defineStore('alarms', () => {
  const session = useSession()
  const items = shallowRef<readonly Alarm[]>([])
  const problem = shallowRef<Problem | null>(null)
  const watches = computed(() => session.may('floor.control') && session.may('messages.read'))
  let known: Set<string> | null = null

  /** The worst open alarm about a queue, a group or an agent. */
  const bySubject = computed(() => {
    const found = new Map<string, Severity>()
    for (const one of items.value) {
      // What is about one agent of a group colours that agent.
      const id = one.agent_id || one.subject_id
      if (found.get(id) !== 'critical') found.set(id, one.severity)
    }
    return found
  })
  const severity = (id: string): Severity | '' => bySubject.value.get(id) ?? ''
  const unacknowledged = computed(() => items.value.filter((one) => one.acknowledged_at === null))

  async function load(): Promise<void> {
    if (!watches.value) return
    const user = session.user?.id
    try {
      const page = await get<Page<Alarm>>('/alarms', { open: true, limit: 200 })
      if (session.user?.id !== user) return // Signed out meanwhile.
      const fresh = page.items.filter((one) => known !== null && !known.has(one.id) && one.sound)
      items.value = page.items
      known = new Set(page.items.map((one) => one.id))
      problem.value = null
      if (fresh.length > 0) sound(fresh.some((one) => one.severity === 'critical'))
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  onNote('alarms', () => void load())

  /** @throws Problem when it is refused. */
  async function acknowledge(alarm: Alarm): Promise<void> {
    await post<void>(`/alarms/${encodeURIComponent(alarm.id)}/acknowledgement`)
    await load()
  }

  function clear(): void {
    items.value = []
    problem.value = known = null
  }

  return { items, problem, watches, unacknowledged, severity, load, acknowledge, clear }
})
