-- The directory's tables, as openseat.directory.tables describes them (a test compares the two).

CREATE TABLE audit_entries (
    seq BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id TEXT NOT NULL,
    client_id TEXT,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail JSON NOT NULL,
    request_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (seq)
);

CREATE INDEX ix_audit_entries_client_id_seq ON audit_entries (client_id, seq);

CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id)
);

CREATE TABLE cells (
    id TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_cells PRIMARY KEY (id)
);

CREATE TABLE directory_state (
    id INTEGER NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_directory_state PRIMARY KEY (id)
);

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    client_id TEXT,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body JSON,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, key)
);

CREATE TABLE operators (
    id TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    short_name TEXT DEFAULT '' NOT NULL,
    busy_reasons TEXT[] DEFAULT '{break,meeting,training}' NOT NULL,
    max_calls INTEGER,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_operators PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_attempts_key_at ON sign_in_attempts (key, at);

CREATE TABLE skills (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_skills PRIMARY KEY (id),
    CONSTRAINT uq_skills_name UNIQUE (name)
);

CREATE TABLE branches (
    id TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_branches PRIMARY KEY (id),
    CONSTRAINT fk_branches_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id),
    CONSTRAINT uq_branches_name UNIQUE (name)
);

CREATE TABLE trunks (
    id TEXT NOT NULL,
    cell_id TEXT DEFAULT 'main' NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    transport TEXT DEFAULT 'udp' NOT NULL,
    username TEXT DEFAULT '' NOT NULL,
    password TEXT DEFAULT '' NOT NULL,
    registers BOOLEAN DEFAULT false NOT NULL,
    match TEXT[] DEFAULT '{}' NOT NULL,
    srtp BOOLEAN DEFAULT false NOT NULL,
    qualify_s INTEGER DEFAULT 5 NOT NULL,
    prefixes TEXT[] DEFAULT '{""}' NOT NULL,
    cost INTEGER DEFAULT 0 NOT NULL,
    capacity INTEGER,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_trunks PRIMARY KEY (id),
    CONSTRAINT fk_trunks_cell_id FOREIGN KEY(cell_id) REFERENCES cells (id),
    CONSTRAINT uq_trunks_name UNIQUE (name)
);

CREATE TABLE agent_groups (
    id TEXT NOT NULL,
    cell_id TEXT DEFAULT 'main' NOT NULL,
    branch_id TEXT,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_agent_groups PRIMARY KEY (id),
    CONSTRAINT fk_agent_groups_cell_id FOREIGN KEY(cell_id) REFERENCES cells (id),
    CONSTRAINT fk_agent_groups_branch_id FOREIGN KEY(branch_id) REFERENCES branches (id),
    CONSTRAINT uq_agent_groups_name UNIQUE (name)
);

CREATE TABLE clients (
    id TEXT NOT NULL,
    cell_id TEXT DEFAULT 'main' NOT NULL,
    branch_id TEXT,
    name TEXT NOT NULL,
    short_name TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT 'zh-CN' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_clients PRIMARY KEY (id),
    CONSTRAINT fk_clients_cell_id FOREIGN KEY(cell_id) REFERENCES cells (id),
    CONSTRAINT fk_clients_branch_id FOREIGN KEY(branch_id) REFERENCES branches (id),
    CONSTRAINT uq_clients_name UNIQUE (name)
);

CREATE TABLE agents (
    id TEXT NOT NULL,
    client_id TEXT,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    group_id TEXT NOT NULL,
    min_busy_s INTEGER DEFAULT 0 NOT NULL,
    grace_s INTEGER DEFAULT 30 NOT NULL,
    auto_answer BOOLEAN DEFAULT false NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_agents PRIMARY KEY (id),
    CONSTRAINT fk_agents_client_id FOREIGN KEY(client_id) REFERENCES clients (id),
    CONSTRAINT uq_agents_number UNIQUE (number),
    CONSTRAINT fk_agents_group_id FOREIGN KEY(group_id) REFERENCES agent_groups (id)
);

CREATE INDEX ix_agents_group_id ON agents (group_id);

CREATE TABLE calendars (
    id TEXT NOT NULL,
    client_id TEXT,
    name TEXT NOT NULL,
    days JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_calendars PRIMARY KEY (id),
    CONSTRAINT uq_calendars_client_id_name UNIQUE NULLS NOT DISTINCT (client_id, name),
    CONSTRAINT fk_calendars_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE projects (
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    caller_number TEXT DEFAULT '' NOT NULL,
    max_calls INTEGER,
    time_zone TEXT DEFAULT 'Asia/Shanghai' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_projects PRIMARY KEY (id),
    CONSTRAINT uq_projects_client_id_name UNIQUE (client_id, name),
    CONSTRAINT uq_projects_client_id_id UNIQUE (client_id, id),
    CONSTRAINT fk_projects_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE prompts (
    id TEXT NOT NULL,
    client_id TEXT,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    sha256 TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_prompts PRIMARY KEY (id),
    CONSTRAINT uq_prompts_name_language UNIQUE (name, language),
    CONSTRAINT fk_prompts_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE agent_skills (
    agent_id TEXT NOT NULL,
    skill_id TEXT NOT NULL,
    level INTEGER NOT NULL,
    CONSTRAINT pk_agent_skills PRIMARY KEY (agent_id, skill_id),
    CONSTRAINT ck_agent_skills_level CHECK (level between 1 and 10),
    CONSTRAINT fk_agent_skills_agent_id FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_skills_skill_id FOREIGN KEY(skill_id) REFERENCES skills (id)
);

CREATE INDEX ix_agent_skills_skill_id ON agent_skills (skill_id);

CREATE TABLE flows (
    id TEXT NOT NULL,
    client_id TEXT,
    project_id TEXT,
    name TEXT NOT NULL,
    draft JSONB DEFAULT '{}' NOT NULL,
    published_number INTEGER,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_flows PRIMARY KEY (id),
    CONSTRAINT fk_flows_client_id_project_id FOREIGN KEY(client_id, project_id) REFERENCES projects (client_id, id),
    CONSTRAINT ck_flows_project_id CHECK (project_id is null or client_id is not null),
    CONSTRAINT uq_flows_client_id_name UNIQUE NULLS NOT DISTINCT (client_id, name),
    CONSTRAINT fk_flows_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE hours (
    id TEXT NOT NULL,
    client_id TEXT,
    name TEXT NOT NULL,
    time_zone TEXT DEFAULT 'Asia/Shanghai' NOT NULL,
    weekly JSONB DEFAULT '{}' NOT NULL,
    calendar_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_hours PRIMARY KEY (id),
    CONSTRAINT uq_hours_client_id_name UNIQUE NULLS NOT DISTINCT (client_id, name),
    CONSTRAINT fk_hours_client_id FOREIGN KEY(client_id) REFERENCES clients (id),
    CONSTRAINT fk_hours_calendar_id FOREIGN KEY(calendar_id) REFERENCES calendars (id)
);

CREATE INDEX ix_hours_calendar_id ON hours (calendar_id);

CREATE TABLE listed_numbers (
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    project_id TEXT,
    kind TEXT NOT NULL,
    e164 TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_listed_numbers PRIMARY KEY (id),
    CONSTRAINT fk_listed_numbers_client_id_project_id FOREIGN KEY(client_id, project_id) REFERENCES projects (client_id, id),
    CONSTRAINT ck_listed_numbers_kind CHECK (kind in ('blacklist', 'whitelist')),
    CONSTRAINT uq_listed_numbers_client_id_project_id_kind_e164 UNIQUE NULLS NOT DISTINCT (client_id, project_id, kind, e164),
    CONSTRAINT fk_listed_numbers_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE phones (
    id TEXT NOT NULL,
    agent_id TEXT,
    name TEXT DEFAULT '' NOT NULL,
    password TEXT NOT NULL,
    webrtc BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_phones PRIMARY KEY (id),
    CONSTRAINT fk_phones_agent_id FOREIGN KEY(agent_id) REFERENCES agents (id)
);

CREATE INDEX ix_phones_agent_id ON phones (agent_id);

CREATE TABLE queues (
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    strategy TEXT DEFAULT 'longest_idle' NOT NULL,
    relaxations JSONB DEFAULT '[]' NOT NULL,
    priority INTEGER DEFAULT 0 NOT NULL,
    ageing_per_minute INTEGER DEFAULT 0 NOT NULL,
    weight INTEGER DEFAULT 1 NOT NULL,
    max_wait_s INTEGER,
    max_length INTEGER,
    overflow_kind TEXT,
    overflow_id TEXT DEFAULT '' NOT NULL,
    overflow_when_unstaffed BOOLEAN DEFAULT false NOT NULL,
    offer_timeout_s INTEGER DEFAULT 20 NOT NULL,
    preferred_wait_s INTEGER DEFAULT 15 NOT NULL,
    prefer_last_agent BOOLEAN DEFAULT false NOT NULL,
    keep_place_s INTEGER DEFAULT 300 NOT NULL,
    service_level_s INTEGER DEFAULT 20 NOT NULL,
    short_abandon_s INTEGER DEFAULT 5 NOT NULL,
    after_call_work_limit_s INTEGER DEFAULT 30 NOT NULL,
    music TEXT DEFAULT 'default' NOT NULL,
    announce_first_s INTEGER,
    announce_every_s INTEGER,
    announce_position BOOLEAN DEFAULT false NOT NULL,
    announce_wait BOOLEAN DEFAULT false NOT NULL,
    record_percent INTEGER DEFAULT 100 NOT NULL,
    callback_on_switch_loss BOOLEAN DEFAULT true NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_queues PRIMARY KEY (id),
    CONSTRAINT fk_queues_client_id_project_id FOREIGN KEY(client_id, project_id) REFERENCES projects (client_id, id),
    CONSTRAINT uq_queues_client_id_name UNIQUE (client_id, name),
    CONSTRAINT uq_queues_client_id_id UNIQUE (client_id, id),
    CONSTRAINT fk_queues_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE INDEX ix_queues_client_id_project_id ON queues (client_id, project_id);

CREATE TABLE users (
    id TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    client_id TEXT,
    agent_id TEXT,
    group_ids TEXT[] DEFAULT '{}' NOT NULL,
    queue_ids TEXT[] DEFAULT '{}' NOT NULL,
    language TEXT DEFAULT 'zh-CN' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    password_hash TEXT NOT NULL,
    signed_in_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_role CHECK (role in ('operator_admin', 'supervisor', 'agent', 'client_user')),
    CONSTRAINT ck_users_client_id CHECK ((role = 'client_user') = (client_id is not null)),
    CONSTRAINT ck_users_agent_id CHECK (role <> 'agent' or agent_id is not null),
    CONSTRAINT uq_users_login UNIQUE (login),
    CONSTRAINT fk_users_client_id FOREIGN KEY(client_id) REFERENCES clients (id),
    CONSTRAINT uq_users_agent_id UNIQUE (agent_id),
    CONSTRAINT fk_users_agent_id FOREIGN KEY(agent_id) REFERENCES agents (id)
);

CREATE TABLE agent_queues (
    agent_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_agent_queues PRIMARY KEY (agent_id, queue_id),
    CONSTRAINT fk_agent_queues_agent_id FOREIGN KEY(agent_id) REFERENCES agents (id) ON DELETE CASCADE,
    CONSTRAINT fk_agent_queues_queue_id FOREIGN KEY(queue_id) REFERENCES queues (id) ON DELETE CASCADE
);

CREATE INDEX ix_agent_queues_queue_id ON agent_queues (queue_id);

CREATE TABLE flow_versions (
    flow_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    client_id TEXT,
    definition JSONB NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_by TEXT NOT NULL,
    CONSTRAINT pk_flow_versions PRIMARY KEY (flow_id, number),
    CONSTRAINT fk_flow_versions_flow_id FOREIGN KEY(flow_id) REFERENCES flows (id) ON DELETE CASCADE,
    CONSTRAINT fk_flow_versions_client_id FOREIGN KEY(client_id) REFERENCES clients (id)
);

CREATE TABLE numbers (
    id TEXT NOT NULL,
    cell_id TEXT DEFAULT 'main' NOT NULL,
    client_id TEXT,
    project_id TEXT,
    e164 TEXT NOT NULL,
    flow_id TEXT NOT NULL,
    language TEXT DEFAULT 'zh-CN' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_numbers PRIMARY KEY (id),
    CONSTRAINT fk_numbers_client_id_project_id FOREIGN KEY(client_id, project_id) REFERENCES projects (client_id, id),
    CONSTRAINT ck_numbers_project_id CHECK ((project_id is null) = (client_id is null)),
    CONSTRAINT fk_numbers_cell_id FOREIGN KEY(cell_id) REFERENCES cells (id),
    CONSTRAINT fk_numbers_client_id FOREIGN KEY(client_id) REFERENCES clients (id),
    CONSTRAINT uq_numbers_e164 UNIQUE (e164),
    CONSTRAINT fk_numbers_flow_id FOREIGN KEY(flow_id) REFERENCES flows (id)
);

CREATE INDEX ix_numbers_flow_id ON numbers (flow_id);

CREATE TABLE queue_skills (
    queue_id TEXT NOT NULL,
    skill_id TEXT NOT NULL,
    level INTEGER NOT NULL,
    CONSTRAINT pk_queue_skills PRIMARY KEY (queue_id, skill_id),
    CONSTRAINT ck_queue_skills_level CHECK (level between 1 and 10),
    CONSTRAINT fk_queue_skills_queue_id FOREIGN KEY(queue_id) REFERENCES queues (id) ON DELETE CASCADE,
    CONSTRAINT fk_queue_skills_skill_id FOREIGN KEY(skill_id) REFERENCES skills (id)
);

CREATE INDEX ix_queue_skills_skill_id ON queue_skills (skill_id);

CREATE TABLE user_sessions (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_user_sessions PRIMARY KEY (id),
    CONSTRAINT fk_user_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_user_sessions_digest UNIQUE (digest)
);

CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);

CREATE TABLE user_tokens (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_user_tokens PRIMARY KEY (id),
    CONSTRAINT fk_user_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_user_tokens_digest UNIQUE (digest)
);

CREATE INDEX ix_user_tokens_user_id ON user_tokens (user_id);

insert into cells (id, name) values ('main', 'main');
insert into directory_state (id, version) values (1, 1);
insert into audit_head (id, seq, digest) values (1, 0, '');
