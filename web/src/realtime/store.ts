import { defineStore } from 'pinia'
import { markRaw, ref, shallowRef } from 'vue'
import { serverClock } from './clock'
import { passNote } from './notes'
import { FeedGap, Picture } from './picture'
import type { Frame } from './rows'
import { browserHost, FeedSocket, type LinkState } from './socket'
import { Trend } from './trend'

/** Frames are gathered this long before they are shown, so that a busy floor stays readable. */
const SETTLE_MS = 200

/** The live floor, its connection and the course of the last minutes. */
export const useFloor = defineStore('floor', () => {
  const picture = markRaw(new Picture())
  const trend = shallowRef(new Trend())
  const link = ref<LinkState>('connecting')
  const refused = ref(false)
  const ready = ref(false)
  /** When the picture was last known to be true; shown while the connection is lost. */
  const freshAt = ref<number | null>(null)

  /** The link of the big screen that this page is; empty for people. */
  let screenLink = ''
  let waiting: Frame[] = []
  let settle = 0
  let sampler = 0

  function show(): void {
    settle = 0
    const frames = waiting
    waiting = []
    try {
      for (const frame of frames) picture.apply(frame)
    } catch (thrown) {
      if (!(thrown instanceof FeedGap)) throw thrown
      picture.no = null // Ask for a whole snapshot: what is here cannot be completed.
      socket.again()
      return
    }
    if (picture.no !== null) ready.value = true
  }

  const socket = new FeedSocket(
    {
      frame(frame) {
        serverClock.read(frame.at)
        freshAt.value = serverClock.now()
        waiting.push(frame)
        if (frame.feed === 'snapshot' || document.hidden) {
          window.clearTimeout(settle)
          show()
        } else if (settle === 0) {
          settle = window.setTimeout(show, SETTLE_MS)
        }
      },
      note: passNote,
      state(next) {
        // Notes are not numbered: what was said while the connection was lost is asked for.
        if (next === 'live' && link.value !== 'live') passNote('everything')
        if (next !== 'live' && link.value === 'live') freshAt.value = serverClock.now()
        // A retry under way is still a lost connection to the person in front of it.
        if (next === 'connecting' && link.value === 'lost') return
        link.value = next
      },
      refused() {
        refused.value = true
        link.value = 'lost'
      },
    },
    () => (picture.no === null ? null : { no: picture.no, epoch: picture.epoch }),
    { ...browserHost, open: (from) => browserHost.open(from, screenLink) },
  )

  function sample(): void {
    if (link.value === 'live' && picture.no !== null) {
      trend.value = trend.value.with(
        serverClock.now(),
        picture.queues.values(),
        picture.calls.values(),
      )
    }
  }

  function again(): void {
    socket.again()
  }

  /** Connect; the pages share one connection for as long as somebody is signed in. */
  function start(link = ''): void {
    // A page that is a big screen stays one, whoever is signed in in another.
    if (screenLink !== '' && link === '') return
    if (link !== screenLink) stop()
    screenLink = link
    refused.value = false
    socket.start()
    window.addEventListener('online', again)
    window.clearInterval(sampler)
    sampler = window.setInterval(sample, 2000)
  }

  /** Disconnect and forget, at sign-out. */
  function stop(): void {
    socket.stop()
    screenLink = ''
    window.removeEventListener('online', again)
    window.clearInterval(sampler)
    window.clearTimeout(settle)
    settle = 0
    waiting = []
    picture.clear()
    trend.value = new Trend()
    ready.value = false
    freshAt.value = null
    link.value = 'connecting'
  }

  return { picture, trend, link, ready, refused, freshAt, start, stop, again }
})
