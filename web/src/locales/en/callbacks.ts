import type source from '@/locales/zh-CN/callbacks'

export default {
  callbacks: {
    title: 'Call-backs',
    due: 'Due',
    number: 'Number',
    by: 'Promised by',
    promised: 'Promised at',
    state: 'State',
    kept: 'Called back',
    anyState: 'Every state',
    states: { open: 'Open', late: 'Overdue', kept: 'Kept', kept_late: 'Kept late' },
    from: { requested: 'Flow', overflow: 'Overflow', switch_lost: 'Lost call' },
    openCall: 'Open the call it was promised in',
    openBack: 'Open the call that kept it',
    empty: 'No call-backs match',
    emptyHint: 'What flows, agents and lost calls promise is listed here.',
    count: 'Page {page}, {count} rows',
  },
} satisfies typeof source
