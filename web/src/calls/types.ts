import type { Schemas } from '@/api/schemas'

/** A call as the history lists it. */
export type CallSummary = Schemas['CallSummary']

/** One fact of a call's journal; `seq` is its place in the timeline. */
export type CallEvent = Pick<Schemas['CallEvent'], 'seq' | 'at' | 'type' | 'data'>

export type Recording = Schemas['Recording']
export type Waveform = Schemas['Waveform']

/** What a call costs, exactly: amounts are decimal text. */
export type Charges = Schemas['CallCharges']
export type Charge = Schemas['CallCharge']
