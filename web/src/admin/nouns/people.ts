/** People: agents, their groups and skills, who signs in, and their phones. */
import { ACTIVE, CLIENT, NAME, LANGUAGE, ENABLED, day, type Noun } from './noun'

export const agents: Noun = {
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
    {
      title: 'telephone',
      fields: [
        LANGUAGE,
        { name: 'telephone', kind: 'text', preset: '', longest: 21, pattern: /^(\+?[0-9]{2,20})?$/, hint: 'telephone' },
        { name: 'caller_number', kind: 'text', preset: '', longest: 21, pattern: /^(\+?[0-9]{2,20})?$/, hint: 'agentCallerNumber' },
        { name: 'pin', kind: 'password', preset: '', hint: 'pin' },
      ],
    },
  ],
}

export const groups: Noun = {
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

export const skills: Noun = {
  path: 'skills',
  kind: 'skill',
  permission: 'skills',
  filters: [],
  columns: [{ name: 'name' }, { name: 'id' }],
  groups: [{ title: 'what', fields: [NAME] }],
}

export const users: Noun = {
  path: 'users',
  kind: 'user',
  permission: 'users',
  filters: [{ name: 'client_id', to: 'clients' }],
  columns: [
    { name: 'login', width: 150 },
    { name: 'name', width: 150 },
    { name: 'role', as: 'choice', texts: 'roles', width: 120 },
    { name: 'role_id', as: 'reference', to: 'roles', width: 140 },
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
        { name: 'role_id', kind: 'reference', to: 'roles', optional: true, hint: 'customRole' },
        { name: 'agent_id', kind: 'reference', to: 'agents', optional: true, hint: 'agentOfUser' },
        { name: 'client_id', kind: 'reference', to: 'clients', optional: true, hint: 'clientOfUser' },
        { name: 'group_ids', kind: 'references', to: 'agent-groups', preset: [], hint: 'managed' },
        { name: 'queue_ids', kind: 'references', to: 'queues', preset: [], hint: 'managed' },
      ],
    },
  ],
}

/** The data ranges each kind of user can be held to; as far as the kind itself goes comes first. */
const RANGES = {
  operator_admin: ['all', 'chosen'],
  supervisor: ['managed', 'chosen', 'own'],
  agent: ['own'],
  client_user: ['all', 'chosen'],
}

export const roles: Noun = {
  path: 'roles',
  kind: 'role',
  permission: 'users',
  filters: [],
  columns: [
    { name: 'name' },
    { name: 'kind', label: 'baseKind', as: 'choice', texts: 'roles', width: 160 },
    { name: 'range', label: 'dataRange', as: 'choice', texts: 'setup.dataRange', width: 240 },
  ],
  groups: [
    {
      title: 'what',
      fields: [
        NAME,
        {
          name: 'kind', label: 'baseKind', kind: 'choice', needed: true, fixed: true, texts: 'roles', preset: 'supervisor',
          options: ['operator_admin', 'supervisor', 'agent', 'client_user'], hint: 'baseKind',
        },
        {
          name: 'range', label: 'dataRange', kind: 'choice', texts: 'setup.dataRange', preset: 'managed',
          options: ['all', 'managed', 'chosen', 'own'], by: { field: 'kind', options: RANGES }, hint: 'dataRange',
        },
        { name: 'client_ids', label: 'wholeClients', kind: 'references', to: 'clients', preset: [], hint: 'wholeClients', only: { where: 'range', is: 'chosen' } },
        { name: 'project_ids', label: 'singleProjects', kind: 'references', to: 'projects', preset: [], hint: 'singleProjects', only: { where: 'range', is: 'chosen' } },
        { name: 'permissions', kind: 'permissions', preset: [], hint: 'permissions' },
      ],
    },
  ],
}

export const phones: Noun = {
  path: 'phones',
  kind: 'phone',
  permission: 'phones',
  filters: [{ name: 'agent_id', to: 'agents' }],
  columns: [
    { name: 'id', label: 'endpoint', width: 140 },
    { name: 'name' },
    { name: 'agent_id', as: 'reference', to: 'agents' },
    { name: 'registered', as: 'registered', width: 330 },
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
