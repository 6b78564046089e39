import type { RTCSession } from 'jssip/lib/RTCSession'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { get, post } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import type { Credentials, Line } from './line'
import { devices, type Device, keepHeadset, keptHeadset, openMicrophone } from './microphone'
import { counters, type Counters, quality, type Quality } from './quality'
import { Loudspeaker, Meter, Ringer } from './sound'

/**
 * What the phone is doing: nothing, waiting for leave to use the microphone, connecting, ready;
 * in use by another page; without a microphone; or the server does not let us.
 */
export type PhoneState = 'off' | 'asking' | 'connecting' | 'ready' | 'elsewhere' | 'deaf' | 'refused'
/** What the call on the phone is doing. */
export type VoiceState = 'none' | 'ringing' | 'talking' | 'testing'

const PAGE = 'openseat.phone.page'
const LOOK_MS = 2000
const IN_USE = 4409

/** Names this page among the agent's others, through reloads. */
function pageName(): string {
  const kept = window.sessionStorage.getItem(PAGE)
  if (kept) return kept
  const made = crypto.randomUUID()
  window.sessionStorage.setItem(PAGE, made)
  return made
}

/** The phone in the page: its line, its microphone and loudspeaker, and the call on it. */
export const usePhone = defineStore('phone', () => {
  const state = ref<PhoneState>('off')
  const voice = ref<VoiceState>('none')
  const problem = shallowRef<Problem | null>(null)
  const headset = ref(keptHeadset())
  const microphones = shallowRef<Device[]>([])
  const speakers = shallowRef<Device[]>([])
  const network = shallowRef<Quality | null>(null)
  /** Loudness of our voice and of the other side's, from 0 to 1. */
  const ownLevel = ref(0)
  const otherLevel = ref(0)

  let line: Line | null = null
  let microphone: MediaStream | null = null
  let call: RTCSession | null = null
  let ownMeter: Meter | null = null
  let otherMeter: Meter | null = null
  let before: Counters | null = null
  let looking = 0
  let drawing = 0
  let began = 0
  /** Whether there may be a call at hand that this page has no sound of. */
  let callAtHand: () => boolean = () => false
  const loudspeaker = new Loudspeaker()
  const ringer = new Ringer()

  /**
   * Become the agent's phone.
   *
   * @param engaged tells whether the agent is in a contact, whose voice is to be brought here.
   * @param take takes the phone over from another page.
   */
  async function start(engaged: () => boolean, take = false): Promise<void> {
    if (line !== null || state.value === 'asking') return
    const mine = (began += 1)
    callAtHand = engaged
    problem.value = null
    state.value = 'asking'
    try {
      await hear()
    } catch {
      if (mine === began) state.value = 'deaf'
      return
    }
    try {
      const [{ Line }, credentials] = await Promise.all([
        import('./line'),
        get<Credentials>('/me/agent/phone'),
      ])
      if (mine !== began) return
      state.value = 'connecting'
      line = new Line(credentials, pageName(), take, listener)
      line.open()
    } catch (thrown) {
      if (mine !== began) return
      problem.value = asProblem(thrown)
      state.value = 'refused'
    }
  }

  /** Stop being the agent's phone. */
  function stop(): void {
    began += 1
    line?.close()
    line = null
    drop()
    window.clearInterval(looking)
    window.cancelAnimationFrame(drawing)
    ownMeter?.close()
    ownMeter = null
    microphone?.getTracks().forEach((track) => track.stop())
    microphone = null
    state.value = 'off'
  }

  /** Open the microphone, and show how loud it is. */
  async function hear(): Promise<void> {
    const opened = await openMicrophone(headset.value.microphone)
    microphone?.getTracks().forEach((track) => track.stop())
    microphone = opened
    ownMeter?.close()
    ownMeter = new Meter(opened)
    await loudspeaker.use(headset.value.speaker)
    const found = await devices()
    microphones.value = found.microphones
    speakers.value = found.speakers
    window.cancelAnimationFrame(drawing)
    draw()
  }

  function draw(): void {
    ownLevel.value = ownMeter?.read() ?? 0
    otherLevel.value = otherMeter?.read() ?? 0
    drawing = window.requestAnimationFrame(draw)
  }

  /**
   * Use other devices, in the middle of a call too.
   *
   * @throws DOMException when the microphone cannot be opened.
   */
  async function choose(chosen: { microphone: string; speaker: string }): Promise<void> {
    headset.value = chosen
    keepHeadset(chosen)
    if (state.value === 'off') return
    await hear()
    const track = microphone?.getAudioTracks()[0] ?? null
    const senders: RTCRtpSender[] = call?.connection?.getSenders() ?? []
    await Promise.all(senders.map((sender) => sender.replaceTrack(track)))
  }

  function answer(): void {
    if (call === null || voice.value !== 'ringing' || microphone === null) return
    ringer.stop()
    voice.value = 'talking'
    line?.answer(call, microphone)
  }

  /** Talk with oneself by way of the switch, or stop doing so. */
  function test(): void {
    if (voice.value === 'testing') call?.terminate()
    else if (voice.value === 'none' && microphone !== null) line?.echo(microphone)
  }

  /** Let go of the call's sound; the call itself is the switch's. */
  function drop(): void {
    call?.connection?.close()
    forget()
  }

  function forget(): void {
    ringer.stop()
    window.clearInterval(looking)
    loudspeaker.play(null)
    otherMeter?.close()
    otherMeter = null
    before = null
    network.value = null
    call = null
    voice.value = 'none'
  }

  async function look(): Promise<void> {
    const connection = call?.connection
    if (!connection || connection.connectionState === 'closed') return
    const now = await counters(connection)
    if (now === null) return
    network.value = quality(before, now)
    before = now
  }

  /** Ask for the voice of the contact at hand, if there is one that is not heard here. */
  async function bringBack(): Promise<void> {
    if (!callAtHand()) return
    try {
      await post<unknown>('/me/agent/phone/reconnect')
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  const listener = {
    registered(anew: boolean): void {
      state.value = 'ready'
      // Of a line that was cut the switch does not know the new end: what was said on it is over.
      if (anew) drop()
      if (call === null) void bringBack()
    },
    lost(): void {
      state.value = 'connecting'
    },
    closed(code: number): void {
      line = null
      drop()
      state.value = code === IN_USE ? 'elsewhere' : 'refused'
    },
    ringing(ringing: RTCSession, automatic: boolean): void {
      // One that is answered by itself takes the place of what is here.
      if (call !== null && automatic) drop()
      else if (call !== null) return ringing.terminate({ status_code: 486 })
      call = ringing
      voice.value = 'ringing'
      if (automatic) answer()
      else ringer.start()
    },
    voice(of: RTCSession, stream: MediaStream): void {
      if (call === null) {
        call = of
        voice.value = 'testing'
      }
      if (of !== call) return
      loudspeaker.play(stream)
      otherMeter?.close()
      otherMeter = new Meter(stream)
      window.clearInterval(looking)
      looking = window.setInterval(() => void look(), LOOK_MS)
    },
    over(of: RTCSession): void {
      if (of === call) forget()
    },
    silent(of: RTCSession): void {
      if (of !== call) return
      drop()
      if (state.value === 'ready') void bringBack()
    },
  }

  const on = computed(() => state.value !== 'off')

  return {
    state,
    voice,
    problem,
    headset,
    microphones,
    speakers,
    network,
    ownLevel,
    otherLevel,
    on,
    start,
    stop,
    choose,
    answer,
    test,
  }
})
