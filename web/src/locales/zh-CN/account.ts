/** One's own account. */
export default {
  account: {
    title: '我的账户',
    open: '我的账户：{name}',
    password: {
      title: '修改密码',
      note: '修改后，您在其他地方的登录和全部访问令牌立即失效。',
      current: '当前密码',
      fresh: '新密码',
      rule: '至少 {least} 个字符',
      again: '再次输入新密码',
      differs: '两次输入的新密码不一致',
      submit: '修改密码',
      done: '密码已修改',
    },
    tokens: {
      title: '访问令牌',
      note: '供程序调用接口，权限与您本人相同。令牌只显示一次，请立即保存。',
      name: '用途',
      placeholder: '例如：每日报表',
      days: '有效天数',
      create: '新建令牌',
      made: '新令牌（关闭后不再显示）',
      until: '有效至 {time}',
      forever: '长期有效',
      revoke: '撤销',
      revokeSure: '撤销令牌“{name}”？使用它的程序将立即无法访问。',
      none: '还没有访问令牌',
    },
  },
}
