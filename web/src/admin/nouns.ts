import type { Field } from './fields/types'
import type { OptionKind } from './options'

/** A column of a list: a field of the row, and how it is shown. */
export interface NounColumn {
  name: string
  label?: string
  width?: number
  as?: 'reference' | 'references' | 'flag' | 'choice' | 'seconds' | 'count' | 'health' | 'time'
  to?: OptionKind
  texts?: string
}

/** A kind of thing that is set up by a list and a form. */
export interface Noun {
  /** Its path in the API and in the address. */
  path: string
  /** What it is called in audit entries and in "used by". */
  kind: string
  permission: string
  /** What a list can be narrowed by. */
  filters: readonly { name: string; to: OptionKind }[]
  columns: readonly NounColumn[]
  groups: readonly { title: string; fields: readonly Field[] }[]
  /** False where there is exactly one. */
  several?: boolean
  /** Can be taken out and brought in as a table file. */
  exchanged?: boolean
}

const ACTIVE: NounColumn = { name: 'active', as: 'flag', width: 76 }
const CLIENT: NounColumn = { name: 'client_id', as: 'reference', to: 'clients' }
const NAME: Field = { name: 'name', kind: 'text', needed: true, longest: 100 }
const LANGUAGE: Field = {
  name: 'language', kind: 'choice', options: ['zh-CN', 'en'], texts: 'setup.language', preset: 'zh-CN',
}
const ENABLED: Field = { name: 'active', kind: 'flag', preset: true }
const day = (name: string, preset: number | null, more: Partial<Field> = {}): Field =>
  ({
    name, kind: 'number', lowest: 0, highest: 86_400, unit: 's', preset,
    optional: preset === null, ...more,
  }) as Field
const whole = (name: string, lowest: number, highest: number, preset: number | null): Field => ({
  name, kind: 'number', lowest, highest, preset, optional: preset === null,
})

const agents: Noun = {
  path: 'agents',
  kind: 'agent',
  permission: 'agents',
  exchanged: true,
  filters: [{ name: 'group_id', to: 'agent-groups' }, { name: 'client_id', to: 'clients' }],
  columns: [
    { name: 'number', label: 'agentNumber', width: 100 },
    { name: 'name', width: 120 },
    { name: 'group_id', as: 'reference', to: 'agent-groups', width: 140 },
    { name: 'queues', as: 'references', to: 'queues' },
    { name: 'skills', as: 'references', to: 'skills' },
    ACTIVE,
  ],
  groups: [
    {
      title: 'who',
      fields: [
        { name: 'number', label: 'agentNumber', kind: 'text', needed: true, pattern: /^[0-9]{2,10}$/, longest: 10, hint: 'agentNumber' },
        NAME,
        { name: 'group_id', kind: 'reference', to: 'agent-groups', needed: true },
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, hint: 'ownPerson' },
        ENABLED,
      ],
    },
    {
      title: 'work',
      fields: [
        { name: 'queues', kind: 'references', to: 'queues', preset: [], hint: 'queuesInOrder' },
        { name: 'skills', kind: 'levels', lowest: 1, highest: 10, preset: {} },
        { name: 'auto_answer', kind: 'flag', preset: false },
        day('min_busy_s', 0, { hint: 'minBusy' }),
        day('grace_s', 30, { hint: 'grace' }),
      ],
    },
  ],
}

const queues: Noun = {
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
    { name: 'service_level_s', as: 'seconds', width: 110 },
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

const skills: Noun = {
  path: 'skills',
  kind: 'skill',
  permission: 'skills',
  filters: [],
  columns: [{ name: 'name' }, { name: 'id' }],
  groups: [{ title: 'what', fields: [NAME] }],
}

const groups: Noun = {
  path: 'agent-groups',
  kind: 'agent-group',
  permission: 'agents',
  filters: [{ name: 'branch_id', to: 'branches' }],
  columns: [{ name: 'name' }, { name: 'branch_id', as: 'reference', to: 'branches' }],
  groups: [
    {
      title: 'what',
      fields: [NAME, { name: 'branch_id', kind: 'reference', to: 'branches', optional: true }],
    },
  ],
}

const hours: Noun = {
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

const calendars: Noun = {
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

const numbers: Noun = {
  path: 'numbers',
  kind: 'number',
  permission: 'numbers',
  filters: [{ name: 'client_id', to: 'clients' }, { name: 'flow_id', to: 'flows' }],
  columns: [
    { name: 'e164', width: 170 },
    { name: 'flow_id', as: 'reference', to: 'flows' },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'note' },
    { name: 'draft', as: 'flag', width: 84 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        { name: 'e164', kind: 'text', needed: true, pattern: /^\+?[0-9]{2,20}$/, longest: 21, hint: 'e164' },
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, hint: 'sharedNumber' },
        { name: 'project_id', kind: 'reference', to: 'projects', optional: true, within: 'client_id' },
        { name: 'flow_id', kind: 'reference', to: 'flows', needed: true, within: 'client_id' },
        LANGUAGE,
        { name: 'draft', kind: 'flag', preset: false, hint: 'draft' },
        { name: 'note', kind: 'text', longest: 200, preset: '' },
        ENABLED,
      ],
    },
  ],
}

const listed: Noun = {
  path: 'listed-numbers',
  kind: 'listed-number',
  permission: 'listed_numbers',
  filters: [{ name: 'client_id', to: 'clients' }, { name: 'project_id', to: 'projects' }],
  columns: [
    { name: 'e164', width: 170 },
    { name: 'kind', as: 'choice', texts: 'setup.listKind', width: 110 },
    CLIENT,
    { name: 'project_id', as: 'reference', to: 'projects' },
    { name: 'note' },
  ],
  groups: [
    {
      title: 'what',
      fields: [
        { name: 'e164', kind: 'text', needed: true, pattern: /^\+?[0-9]{2,20}$/, longest: 21 },
        { name: 'kind', kind: 'choice', options: ['blacklist', 'whitelist'], texts: 'setup.listKind', preset: 'blacklist' },
        { name: 'client_id', kind: 'reference', to: 'clients', needed: true, fixed: true },
        { name: 'project_id', kind: 'reference', to: 'projects', optional: true, within: 'client_id', hint: 'everyProject' },
        { name: 'note', kind: 'text', longest: 200, preset: '' },
      ],
    },
  ],
}

const phones: Noun = {
  path: 'phones',
  kind: 'phone',
  permission: 'phones',
  filters: [{ name: 'agent_id', to: 'agents' }],
  columns: [
    { name: 'id', label: 'endpoint', width: 140 },
    { name: 'name' },
    { name: 'agent_id', as: 'reference', to: 'agents' },
    { name: 'webrtc', as: 'flag', width: 100 },
  ],
  groups: [
    {
      title: 'what',
      fields: [
        { name: 'id', label: 'endpoint', kind: 'text', needed: true, fixed: true, pattern: /^[A-Za-z0-9_-]{2,40}$/, longest: 40, hint: 'endpoint' },
        { name: 'name', kind: 'text', longest: 200, preset: '' },
        { name: 'agent_id', kind: 'reference', to: 'agents', optional: true, hint: 'anybodysSeat' },
        { name: 'webrtc', kind: 'flag', preset: false },
        { name: 'srtp', kind: 'flag', preset: false },
      ],
    },
  ],
}

const trunks: Noun = {
  path: 'trunks',
  kind: 'trunk',
  permission: 'trunks',
  filters: [],
  columns: [
    { name: 'name' },
    { name: 'health', as: 'health', width: 120 },
    { name: 'host' },
    { name: 'port', as: 'count', width: 80 },
    { name: 'transport', as: 'choice', texts: 'setup.transport', width: 80 },
    { name: 'prefixes' },
    { name: 'cost', as: 'count', width: 70 },
    { name: 'capacity', as: 'count', width: 90 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'carrier',
      fields: [
        NAME,
        { name: 'host', kind: 'text', needed: true, longest: 253, pattern: /^[A-Za-z0-9.:[\]-]{1,253}$/ },
        { name: 'port', kind: 'number', lowest: 1, highest: 65_535, preset: 5060 },
        { name: 'transport', kind: 'choice', options: ['udp', 'tcp', 'tls'], texts: 'setup.transport', preset: 'udp' },
        { name: 'srtp', kind: 'flag', preset: false },
        { name: 'qualify_s', kind: 'number', lowest: 1, highest: 3600, unit: 's', preset: 5, hint: 'qualify' },
        ENABLED,
      ],
    },
    {
      title: 'account',
      fields: [
        { name: 'registers', kind: 'flag', preset: false, hint: 'registers' },
        { name: 'username', kind: 'text', longest: 64, preset: '', pattern: /^[A-Za-z0-9_.+-]*$/ },
        { name: 'password', label: 'trunkPassword', kind: 'password' },
        { name: 'match', kind: 'words', preset: [], hint: 'match' },
      ],
    },
    {
      title: 'routes',
      fields: [
        { name: 'prefixes', kind: 'words', preset: [''], hint: 'prefixes' },
        whole('cost', 0, 1_000_000, 0),
        whole('capacity', 0, 1_000_000, null),
      ],
    },
  ],
}

const users: Noun = {
  path: 'users',
  kind: 'user',
  permission: 'users',
  filters: [{ name: 'client_id', to: 'clients' }],
  columns: [
    { name: 'login', width: 150 },
    { name: 'name', width: 150 },
    { name: 'role', as: 'choice', texts: 'roles', width: 120 },
    CLIENT,
    { name: 'agent_id', as: 'reference', to: 'agents' },
    { name: 'signed_in_at', as: 'time', width: 170 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'who',
      fields: [
        { name: 'login', kind: 'text', needed: true, longest: 64, pattern: /^[a-z0-9][a-z0-9_.@-]{1,63}$/, hint: 'login' },
        NAME,
        { name: 'password', kind: 'password', needed: true, hint: 'password' },
        LANGUAGE,
        ENABLED,
      ],
    },
    {
      title: 'role',
      fields: [
        {
          name: 'role', kind: 'choice', needed: true, texts: 'roles', preset: 'agent',
          options: ['operator_admin', 'supervisor', 'agent', 'client_user'], hint: 'role',
        },
        { name: 'agent_id', kind: 'reference', to: 'agents', optional: true, hint: 'agentOfUser' },
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, hint: 'clientOfUser' },
        { name: 'group_ids', kind: 'references', to: 'agent-groups', preset: [], hint: 'managed' },
        { name: 'queue_ids', kind: 'references', to: 'queues', preset: [], hint: 'managed' },
      ],
    },
  ],
}

const clients: Noun = {
  path: 'clients',
  kind: 'client',
  permission: 'clients',
  filters: [{ name: 'branch_id', to: 'branches' }],
  columns: [
    { name: 'name' },
    { name: 'short_name', width: 120 },
    { name: 'branch_id', as: 'reference', to: 'branches' },
    { name: 'language', as: 'choice', texts: 'setup.language', width: 110 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'short_name', kind: 'text', longest: 40, preset: '' },
        { name: 'branch_id', kind: 'reference', to: 'branches', optional: true },
        LANGUAGE,
        ENABLED,
      ],
    },
  ],
}

const projects: Noun = {
  path: 'projects',
  kind: 'project',
  permission: 'projects',
  filters: [{ name: 'client_id', to: 'clients' }],
  columns: [
    { name: 'name' },
    CLIENT,
    { name: 'caller_number', width: 160 },
    { name: 'max_calls', as: 'count', width: 110 },
    { name: 'time_zone', width: 150 },
    ACTIVE,
  ],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'client_id', kind: 'reference', to: 'clients', needed: true, fixed: true },
        { name: 'caller_number', kind: 'text', preset: '', longest: 21, pattern: /^(\+?[0-9]{2,20})?$/, hint: 'callerNumber' },
        whole('max_calls', 0, 1_000_000, null),
        { name: 'time_zone', kind: 'zone', needed: true, preset: 'Asia/Shanghai' },
        ENABLED,
      ],
    },
  ],
}

const branches: Noun = {
  path: 'branches',
  kind: 'branch',
  permission: 'branches',
  filters: [],
  columns: [{ name: 'name' }, { name: 'operator_id', as: 'reference', to: 'operators' }],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'operator_id', kind: 'reference', to: 'operators', needed: true, fixed: true },
      ],
    },
  ],
}

const operators: Noun = {
  path: 'operators',
  kind: 'operator',
  permission: 'operator',
  several: false,
  filters: [],
  columns: [{ name: 'name' }, { name: 'short_name' }, { name: 'max_calls', as: 'count' }],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        { name: 'short_name', kind: 'text', longest: 40, preset: '' },
        { name: 'busy_reasons', kind: 'words', preset: ['break', 'meeting', 'training'], hint: 'busyReasons' },
        whole('max_calls', 0, 1_000_000, null),
      ],
    },
  ],
}

/** Everything that is set up by a list and a form, by its path. */
export const NOUNS: Readonly<Record<string, Noun>> = Object.fromEntries(
  [
    queues, skills, hours, calendars, agents, groups, users, phones, numbers, trunks, listed,
    clients, projects, branches, operators,
  ].map((noun) => [noun.path, noun]),
)

export const fieldsOf = (noun: Noun): Field[] => noun.groups.flatMap((group) => group.fields)
