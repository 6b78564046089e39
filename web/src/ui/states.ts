import {
  Bell,
  Close,
  Connection,
  CircleCheck,
  CoffeeCup,
  EditPen,
  Guide,
  Headset,
  Link,
  Message,
  Phone,
  SwitchButton,
  Timer,
  TopRight,
  UserFilled,
  VideoPause,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'
import type { AgentState, CallState } from '@/realtime/rows'

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'hold' | 'calm' | 'off'

/** How a state looks: a tone and a shape, so that nobody needs to tell colours apart. */
export interface Look {
  tone: Tone
  icon: Component
}

export const AGENT_LOOKS: Record<AgentState, Look> = {
  idle: { tone: 'good', icon: CircleCheck },
  reserved: { tone: 'warn', icon: Timer },
  ringing: { tone: 'warn', icon: Bell },
  talking: { tone: 'info', icon: Headset },
  holding: { tone: 'hold', icon: VideoPause },
  consulting: { tone: 'info', icon: Connection },
  conferencing: { tone: 'info', icon: UserFilled },
  after_call_work: { tone: 'calm', icon: EditPen },
  busy: { tone: 'bad', icon: CoffeeCup },
  outbound_only: { tone: 'calm', icon: TopRight },
  disconnected: { tone: 'off', icon: Link },
  signed_out: { tone: 'off', icon: SwitchButton },
}

export const CALL_LOOKS: Record<CallState, Look> = {
  flow: { tone: 'calm', icon: Guide },
  waiting: { tone: 'warn', icon: Timer },
  ringing: { tone: 'warn', icon: Bell },
  dialling: { tone: 'warn', icon: TopRight },
  talking: { tone: 'info', icon: Headset },
  holding: { tone: 'hold', icon: VideoPause },
  consulting: { tone: 'info', icon: Connection },
  conferencing: { tone: 'info', icon: UserFilled },
  voicemail: { tone: 'calm', icon: Message },
  outside: { tone: 'calm', icon: TopRight },
  ending: { tone: 'off', icon: Close },
}

export const OUTCOMES = [
  'served',
  'abandoned',
  'self_service',
  'voicemail',
  'unanswered',
  'refused',
] as const
/** What became of a call. */
export type Outcome = (typeof OUTCOMES)[number]

const OUTCOME_LOOKS: Record<string, Look> = {
  served: { tone: 'good', icon: Phone },
  abandoned: { tone: 'bad', icon: Close },
  self_service: { tone: 'calm', icon: Guide },
  voicemail: { tone: 'calm', icon: Message },
  unanswered: { tone: 'off', icon: Bell },
  refused: { tone: 'off', icon: SwitchButton },
}
const IN_PROGRESS: Look = { tone: 'info', icon: Headset }

const UNKNOWN: Look = { tone: 'off', icon: Guide }

/** How an outcome looks; null is a call that goes on. */
export function outcomeLook(outcome: string | null): Look {
  return outcome === null ? IN_PROGRESS : (OUTCOME_LOOKS[outcome] ?? UNKNOWN)
}
