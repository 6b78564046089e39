/** Reasons for being busy: what they are called, how they look, how long. */
import { ENABLED, ACTIVE, whole, type Noun } from './noun'

export const busyReasons: Noun = {
  path: 'busy-reasons',
  kind: 'busy-reason',
  permission: 'operator',
  note: 'busyReasons',
  filters: [],
  columns: [
    { name: 'code', width: 160 },
    { name: 'name_zh' },
    { name: 'name_en' },
    { name: 'colour', as: 'choice', texts: 'setup.colour', width: 100 },
    { name: 'counts_as', as: 'choice', texts: 'setup.countsAs', width: 110 },
    { name: 'limit_s', as: 'seconds', width: 100 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        { name: 'code', kind: 'text', needed: true, fixed: true, pattern: /^[A-Za-z0-9_.-]{1,64}$/, longest: 64, hint: 'code' },
        { name: 'name_zh', kind: 'text', needed: true, longest: 100 },
        { name: 'name_en', kind: 'text', needed: true, longest: 100 },
        { name: 'colour', kind: 'choice', options: ['bad', 'warn', 'info', 'calm', 'hold', 'off'], texts: 'setup.colour', preset: 'bad' },
        { name: 'counts_as', kind: 'choice', options: ['break', 'work'], texts: 'setup.countsAs', preset: 'break' },
        { name: 'limit_s', kind: 'number', lowest: 0, highest: 86_400, unit: 's', preset: null, optional: true, hint: 'reasonLimit' },
        whole('position', 0, 1000, 0),
        ENABLED,
      ],
    },
  ],
}
