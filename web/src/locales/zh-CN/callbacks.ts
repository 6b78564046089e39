/** Promises to call back. */
export default {
  callbacks: {
    title: '回呼',
    due: '应回呼时间',
    number: '号码',
    by: '登记方',
    promised: '登记时间',
    state: '状态',
    kept: '回呼时间',
    anyState: '全部状态',
    states: { open: '待回呼', late: '已逾期', kept: '已回呼', kept_late: '逾期回呼' },
    from: { requested: '语音流程', overflow: '队列溢出', switch_lost: '断线回呼' },
    openCall: '打开登记时的呼叫',
    openBack: '打开回呼的呼叫',
    empty: '没有符合条件的回呼',
    emptyHint: '流程、座席员登记的回呼和断线后的回呼会列在这里。',
    count: '第 {page} 页，本页 {count} 条',
  },
}
