import { ElMessage } from 'element-plus'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { get, post } from '@/api/http'
import { asProblem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'
import type { Party } from '@/realtime/rows'
import { useFloor } from '@/realtime/store'
import { problemText } from '@/ui/problem-text'
import { useDesk } from './store'

export type Destinations = Schemas['Destinations']
export type SendTo = Schemas['SendTo']
/** A customer meant by an own call, or by a promise, since the number may be masked. */
export type Reference = { call_id: string } | { callback_id: string }

/** Whom to dial, as chosen in the log. */
export interface Wanted {
  number: string
  projectId: string
  by?: Reference
}
export type PlayablePrompts = Schemas['PlayablePrompts']

/** As many as the server takes in one request. */
const KEYS_AT_ONCE = 32

/** The call at hand: who is in it and how, and everything that can be done to it. */
export const useCalling = defineStore('calling', () => {
  const desk = useDesk()
  const floor = useFloor()

  const call = computed(() => floor.picture.calls.get(desk.seat?.callId ?? ''))
  const state = computed(() => desk.seat?.state ?? 'signed_out')
  const conversing = computed(
    () =>
      call.value?.state !== 'dialling' &&
      ['talking', 'holding', 'consulting', 'conferencing'].includes(state.value),
  )
  /** In a conversation; while the customer is only being called there is none to do anything to. */
  const talking = computed(() => conversing.value && desk.seat?.segmentId !== '')
  /** With a colleague who asks, or in a call between agents: the customer is not the agent's own. */
  const aside = computed(() => conversing.value && desk.seat?.segmentId === '')
  const parties = computed<readonly Party[]>(() => call.value?.parties ?? [])
  const own = computed(() =>
    parties.value.find((one) => one.agent_id === desk.me?.agent_id && one.state === 'up'),
  )
  const held = computed(() => state.value === 'holding')
  const muted = computed(() => own.value?.muted ?? false)
  /** The agent's own consultation, and who is asked. */
  const consult = computed(() => {
    const now = call.value?.consult
    return now && now.agent_id === desk.me?.agent_id ? now : null
  })
  const consulted = computed(() =>
    parties.value.find((one) => one.leg_id === consult.value?.leg_id),
  )
  /** The agent has ended the consultation, which the floor is about to tell. */
  const ending = ref(false)
  /** Who is with the customer beside the agent. */
  const company = computed(() =>
    parties.value.filter(
      (one) => one.place === 'talk' && one.kind !== 'customer' && one.leg_id !== own.value?.leg_id,
    ),
  )

  /** Do something, and say why when it is refused; one thing at a time. */
  async function attempt(name: string, path: string, body: unknown = {}): Promise<boolean> {
    if (desk.acting !== '') return false
    try {
      await desk.act(name, path, body)
      return true
    } catch (thrown) {
      ElMessage.error(problemText(asProblem(thrown)))
      return false
    }
  }

  async function endConsult(how: 'return' | 'complete' | 'conference'): Promise<boolean> {
    ending.value = true
    const done = await attempt(how, `/me/agent/${how}`)
    if (!done) ending.value = false
    return done
  }

  const hold = () =>
    held.value
      ? attempt('resume', '/me/agent/resume')
      : attempt('hold', '/me/agent/hold')
  const mute = () => attempt('mute', '/me/agent/mute', { muted: !muted.value })
  const hangUp = () => attempt('hang-up', '/me/agent/hang-up')
  const transfer = (to: SendTo) => attempt('transfer', '/me/agent/transfer', to)
  const ask = (to: SendTo) => attempt('consult', '/me/agent/consult', to)
  const swap = () => attempt('swap', '/me/agent/swap')
  const back = () => endConsult('return')
  const complete = () => endConsult('complete')
  const join = () => endConsult('conference')
  /** The agent may end the conference for everybody. */
  const hosting = computed(
    () => company.value.length > 0 && call.value?.host_id === desk.me?.agent_id,
  )
  const endAll = () => attempt('end-all', '/me/agent/conference/end')
  /** Pressed while those before them are on their way: none is lost, and they keep their order. */
  let pressed = ''
  let pressing = false
  async function press(digits: string): Promise<void> {
    pressed += digits
    if (pressing) return
    pressing = true
    while (pressed !== '') {
      const next = pressed.slice(0, KEYS_AT_ONCE)
      pressed = pressed.slice(next.length)
      try {
        await post<void>('/me/agent/keys', { digits: next })
      } catch (thrown) {
        pressed = ''
        ElMessage.error(problemText(asProblem(thrown)))
      }
    }
    pressing = false
  }
  const record = () =>
    attempt('record', '/me/agent/recording', {
      recorded: !(call.value?.recording || call.value?.recording_paused),
    })
  const pause = () =>
    attempt('pause', '/me/agent/recording/pause', { paused: !call.value?.recording_paused })
  const play = (name: string, language: string) =>
    attempt('prompt', '/me/agent/prompt', { name, language })
  const silence = () => attempt('prompt', '/me/agent/prompt/stop')
  const muteParty = (party: Party) =>
    attempt('party', `/me/agent/parties/${encodeURIComponent(party.leg_id)}/mute`, {
      muted: !party.muted,
    })
  const removeParty = (party: Party) =>
    attempt('party', `/me/agent/parties/${encodeURIComponent(party.leg_id)}/remove`)
  const dial = (whom: Reference | { number: string }, projectId: string) =>
    attempt('dial', '/me/agent/dial', { ...whom, project_id: projectId })
  const pickUp = (colleagueId: string) =>
    attempt('pick-up', '/me/agent/pick-up', { colleague_id: colleagueId })

  /**
   * Read whom the agent can reach now.
   *
   * @throws Problem when there is no answer.
   */
  const destinations = (): Promise<Destinations> => get<Destinations>('/me/agent/destinations')

  /**
   * Read what can be played to the customer.
   *
   * @throws Problem when there is no answer.
   */
  const prompts = (): Promise<PlayablePrompts> => get<PlayablePrompts>('/me/agent/prompts')

  return {
    call,
    state,
    talking,
    aside,
    parties,
    own,
    held,
    muted,
    consult,
    consulted,
    ending,
    company,
    hold,
    mute,
    hangUp,
    transfer,
    ask,
    swap,
    back,
    complete,
    join,
    hosting,
    endAll,
    press,
    record,
    pause,
    muteParty,
    removeParty,
    play,
    silence,
    prompts,
    dial,
    pickUp,
    destinations,
  }
})
