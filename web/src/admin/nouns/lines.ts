/** Lines: numbers, black- and whitelists, trunks. */
import { ACTIVE, CLIENT, NAME, LANGUAGE, ENABLED, whole, type Noun } from './noun'

export const numbers: Noun = {
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

export const listed: Noun = {
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

export const trunks: Noun = {
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
