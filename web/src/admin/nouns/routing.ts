/** When and how contacts are handled: queues, business hours, holiday calendars. */
import { ACTIVE, CLIENT, NAME, ENABLED, day, whole, type Noun } from './noun'

export const queues: Noun = {
  path: 'queues',
  kind: 'queue',
  permission: 'queues',
  exchanged: true,
  filters: [{ name: 'client_id', to: 'clients' }, { name: 'project_id', to: 'projects' }],
  columns: [
    { name: 'name' },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'strategy', as: 'choice', texts: 'setup.strategy', width: 130 },
    { name: 'priority', as: 'count', width: 76 },
    { name: 'service_level_s', as: 'seconds', width: 136 },
    { name: 'max_wait_s', as: 'seconds', width: 110 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'client_id', kind: 'reference', to: 'clients', needed: true, fixed: true },
        { name: 'project_id', kind: 'reference', to: 'projects', needed: true, within: 'client_id' },
        ENABLED,
      ],
    },
    {
      title: 'routing',
      fields: [
        {
          name: 'strategy', kind: 'choice', preset: 'longest_idle', texts: 'setup.strategy',
          options: ['longest_idle', 'fewest_calls', 'least_occupied', 'skill_level', 'linear', 'round_robin', 'ring_all'],
        },
        { name: 'skills', label: 'requiredSkills', kind: 'levels', lowest: 1, highest: 10, preset: {} },
        { name: 'relaxations', kind: 'relaxations', preset: [], hint: 'relaxations' },
        whole('priority', 0, 1000, 0),
        { ...whole('ageing_per_minute', 0, 1000, 0), hint: 'ageing' },
        { ...whole('weight', 1, 1000, 1), hint: 'weight' },
        { name: 'offer_timeout_s', kind: 'number', lowest: 3, highest: 300, unit: 's', preset: 20 },
        { name: 'prefer_last_agent', kind: 'flag', preset: false },
        day('preferred_wait_s', 15),
      ],
    },
    {
      title: 'waiting',
      fields: [
        day('max_wait_s', null),
        whole('max_length', 0, 1_000_000, null),
        { name: 'overflow', kind: 'target', preset: null },
        { name: 'overflow_when_unstaffed', kind: 'flag', preset: false },
        day('keep_place_s', 300, { hint: 'keepPlace' }),
        { name: 'callback_on_switch_loss', kind: 'flag', preset: true },
        { name: 'auto_answer', kind: 'flag', preset: false, hint: 'queueAutoAnswer' },
      ],
    },
    {
      title: 'hearing',
      fields: [
        { name: 'music', kind: 'text', preset: 'default', needed: true, longest: 64 },
        day('announce_first_s', null),
        { name: 'announce_every_s', kind: 'number', lowest: 5, highest: 3600, unit: 's', optional: true, preset: null },
        { name: 'announce_position', kind: 'flag', preset: false },
        { name: 'announce_wait', kind: 'flag', preset: false },
      ],
    },
    {
      title: 'measuring',
      fields: [
        { name: 'service_level_s', kind: 'number', lowest: 1, highest: 3600, unit: 's', preset: 20 },
        { name: 'short_abandon_s', kind: 'number', lowest: 0, highest: 3600, unit: 's', preset: 5 },
        { name: 'after_call_work_limit_s', kind: 'number', lowest: 0, highest: 3600, unit: 's', preset: 30 },
        { name: 'record_percent', kind: 'number', lowest: 0, highest: 100, unit: '%', preset: 100 },
      ],
    },
  ],
}

export const hours: Noun = {
  path: 'hours',
  kind: 'hours',
  permission: 'hours',
  filters: [{ name: 'client_id', to: 'clients' }],
  columns: [
    { name: 'name' },
    CLIENT,
    { name: 'time_zone', width: 160 },
    { name: 'calendar_id', as: 'reference', to: 'calendars' },
  ],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, fixed: true, hint: 'everyClient' },
        { name: 'time_zone', kind: 'zone', needed: true, preset: 'Asia/Shanghai' },
      ],
    },
    {
      title: 'open',
      fields: [
        { name: 'weekly', kind: 'weekly', preset: {} },
        { name: 'calendar_id', kind: 'reference', to: 'calendars', optional: true, within: 'client_id', hint: 'calendar' },
      ],
    },
  ],
}

export const calendars: Noun = {
  path: 'calendars',
  kind: 'calendar',
  permission: 'hours',
  filters: [{ name: 'client_id', to: 'clients' }],
  columns: [{ name: 'name' }, CLIENT, { name: 'days', as: 'count', width: 110 }],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, fixed: true, hint: 'everyClient' },
      ],
    },
    { title: 'days', fields: [{ name: 'days', kind: 'days', preset: [] }] },
  ],
}
