/** Who it is done for, and by whom: clients, projects, branches, the operator. */
import type { Field } from '../fields/types'
import { ACTIVE, CLIENT, NAME, LANGUAGE, ENABLED, whole, type Noun } from './noun'

export const clients: Noun = {
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
        { name: 'caller_number', kind: 'text', preset: '', longest: 21, pattern: /^(\+?[0-9]{2,20})?$/, hint: 'clientCallerNumber' },
        ENABLED,
      ],
    },
  ],
}

export const projects: Noun = {
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
        { name: 'auto_answer', kind: 'flag', preset: false, hint: 'autoAnswer' },
        { name: 'announce_agent', kind: 'flag', preset: false, hint: 'announceAgent' },
        { ...whole('own_recordings_days', 1, 3650, null), hint: 'ownRecordings' },
        { name: 'numbers_masked_for', kind: 'choice', options: ['nobody', 'agents', 'staff'], texts: 'setup.maskedFor', preset: 'nobody', hint: 'maskedFor' },
        ENABLED,
      ],
    },
  ],
}

export const branches: Noun = {
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

const code = (what: string, preset: string, hint?: string): Field => ({
  name: `code_${what}`, kind: 'text', preset, longest: 7, pattern: /^([*#][0-9*#]{1,6})?$/, hint: hint ?? 'phoneCode',
})

export const operators: Noun = {
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
    {
      title: 'codes',
      fields: [
        { name: 'service_number', kind: 'text', preset: '', longest: 21, pattern: /^(\+?[0-9]{2,20})?$/, hint: 'serviceNumber' },
        code('sign_in', '*81', 'codeSignIn'),
        code('sign_out', '*82'),
        code('idle', '*83'),
        code('busy', '*84', 'codeBusy'),
        code('outbound_only', '*85'),
        code('end_after_call_work', '*86'),
        code('echo', '*87', 'codeEcho'),
      ],
    },
  ],
}
