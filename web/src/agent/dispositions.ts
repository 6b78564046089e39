/** Outcomes of a contact for projects without their own, from the most to the least frequent. */
export const CODES = [
  'resolved',
  'follow_up',
  'escalated',
  'complaint',
  'wrong_number',
  'other',
] as const
