import type source from '@/locales/zh-CN/account'

/** One's own account. */
export default {
  account: {
    title: 'My account',
    open: 'My account: {name}',
    password: {
      title: 'Change the password',
      note: 'Your other sign-ins and all your access tokens end at once.',
      current: 'Current password',
      fresh: 'New password',
      rule: 'At least {least} characters',
      again: 'New password again',
      differs: 'The new passwords are not the same',
      submit: 'Change password',
      done: 'Password changed',
    },
    tokens: {
      title: 'Access tokens',
      note: 'For programs that use the API, with your own permissions. A token is shown once: keep it now.',
      name: 'What for',
      placeholder: 'For example: daily report',
      days: 'Days it is valid',
      create: 'New token',
      made: 'New token (not shown again once closed)',
      until: 'Until {time}',
      forever: 'Without end',
      revoke: 'Revoke',
      revokeSure: 'Revoke the token “{name}”? Programs that use it lose access at once.',
      none: 'No access tokens yet',
    },
  },
} satisfies typeof source
