/** Q.850 causes in words that say what to do next; keys below `desk.log.cause`. */
const CAUSES: Record<number, string> = {
  1: 'unknown',
  28: 'unknown',
  17: 'busy',
  18: 'noAnswer',
  19: 'noAnswer',
  20: 'off',
  21: 'refused',
  27: 'off',
  34: 'network',
  38: 'network',
  41: 'network',
  42: 'network',
}

/** The key of what the network said of a call that nobody answered. */
export const causeKey = (cause: number | null | undefined): string =>
  `desk.log.cause.${CAUSES[cause ?? 0] ?? 'other'}`
